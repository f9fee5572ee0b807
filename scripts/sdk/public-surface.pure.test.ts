import { describe, expect, it } from 'vitest'
import { checkExamples, readExamples } from './check-examples.ts'
import { type PublicSymbol, readPublicSurface } from './public-surface.ts'

const surface = readPublicSurface()
const everything = surface.flatMap((symbol) => [symbol, ...symbol.members])

/** Types are shown where they are used, and a class of methods by its methods. */
function needsExample({ kind, members }: PublicSymbol): boolean {
  if (kind === 'property' || kind === 'type') return false
  return !members.some((member) => member.kind === 'method')
}

describe('what users see of the SDK', () => {
  it('is found: the client, every resource, errors, options and the entry for Node', () => {
    const names = surface.map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining(['createClient', 'Workflows', 'ConflictError', 'CallOptions', 'zipFolder']),
    )
    expect(everything.length).toBeGreaterThan(200)
  })

  it('says what it is, every symbol and every member', () => {
    expect(everything.filter(({ summary }) => summary === '').map(({ name }) => name)).toEqual([])
  })

  it('shows how it is used, every method, function, class and set of options', () => {
    const shown = everything.filter(needsExample)
    expect(shown.filter(({ examples }) => examples.length === 0).map(({ name }) => name)).toEqual([])
  })
})

describe('the examples of the comments and the guides', () => {
  it('are right by the compiler', async () => {
    const examples = await readExamples()
    expect(examples.length).toBeGreaterThan(120)
    const wrong = { place: 'an example that is wrong', code: 'await client.workflows.describeWorkflow({ id })' }
    const found = await checkExamples([...examples, wrong])
    expect(found.map((line) => line.split(':', 1)[0])).toEqual(['an example that is wrong'])
  }, 60_000)
})
