import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findImageTags, imageTag, networkName, workloadName } from '../src/index.ts'

describe('names', () => {
  it('fit every engine, whatever the ids are', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom('step' as const, 'service' as const),
        fc.array(fc.string()),
        (installation, kind, ids) => {
          expect(workloadName(installation, kind, ...ids)).toMatch(/^cairn-[a-z0-9]{0,12}-(step|service)-[0-9a-f]{32}$/)
          expect(networkName(installation, ids.join())).toMatch(/^cairn-[a-z0-9]{0,12}-[0-9a-f]{16}$/)
        },
      ),
    )
  })

  it('differ when the ids do, also when they read the same joined', () => {
    expect(workloadName('i', 'step', 'a', 'bc')).not.toBe(workloadName('i', 'step', 'ab', 'c'))
    expect(workloadName('i', 'step', 'a', 1)).not.toBe(workloadName('i', 'service', 'a', 1))
  })

  it('tag an image by image and version', () => {
    expect(imageTag('K3-x9', 't', 3, 7)).toMatch(/^cairn\/k3x9\/[0-9a-f]{32}\/3:7$/)
  })

  it('are found where a Dockerfile names images by their tags', () => {
    const [one, two] = [imageTag('k', 't', 3, 7), imageTag('k', 't', 3, 71)]
    const text = `FROM ${one} AS base\nCOPY --from=${two} /a /a\nFROM ${one}\nFROM other.io/${one}\nFROM cairn/k/short/1:2\n`
    expect(findImageTags(text)).toEqual([one, two])
  })

  it('tag images so that one tenant cannot name those of another by counting', () => {
    const [first, second] = [imageTag('i', crypto.randomUUID(), 3, 7), imageTag('i', crypto.randomUUID(), 3, 7)]
    expect(first).not.toBe(second)
  })
})
