import * as fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { createZipScan, defaultArchiveLimits, inspectZip, type ScanReport } from '../src/index.ts'
import { isEnvironmentFile } from '../src/secret-shapes.ts'
import { defaultScanLimits, type ScanLimits } from '../src/zip-scan.ts'
import { type RawEntry, rawZip } from './raw-zip.ts'
import { createArchiveDirectory, neverAborted } from './zip-file.ts'

const archives = await createArchiveDirectory()
afterAll(() => archives.remove())

async function scanOf(entries: readonly RawEntry[], limits: Partial<ScanLimits> = {}): Promise<ScanReport> {
  const scan = createZipScan({ ...defaultScanLimits, ...limits })
  await inspectZip(await archives.write(rawZip(entries)), defaultArchiveLimits, { ...neverAborted, scan })
  return scan.report()
}

/** Put together here, so that no file of the project holds anything that looks like a secret. */
const joined = (...parts: readonly string[]): string => parts.join('')
const letters = (count: number): string => 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7c'.repeat(12).slice(0, count)
const pem = (label: string, body: string): string => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`

const secrets: readonly (readonly [string, string])[] = [
  ['aws_access_key_id', joined('AK', 'IAQ7ZJ2LMNOPQ345RS')],
  ['github_token', joined('gh', `p_${letters(36)}`)],
  ['github_token', joined('github', `_pat_${letters(22)}_${letters(59)}`)],
  ['gitlab_token', joined('gl', `pat-${letters(20)}`)],
  ['slack_token', joined('xo', `xb-123456789012-123456789012-${letters(24)}`)],
  ['stripe_live_key', joined('sk', `_live_${letters(24)}`)],
  ['google_api_key', joined('AI', `za${letters(35)}`)],
  ['npm_token', joined('np', `m_${letters(36)}`)],
  ['pypi_token', joined('py', `pi-AgEIcHlwaS5vcmc${letters(80)}`)],
  ['sendgrid_key', joined('S', `G.${letters(22)}.${letters(43)}`)],
  ['openai_key', joined('s', `k-proj-${letters(40)}T3BlbkFJ${letters(40)}`)],
  ['anthropic_key', joined('s', `k-ant-api03-${letters(95)}`)],
  ['huggingface_token', joined('h', `f_${'abCdEf'.repeat(6).slice(0, 34)}`)],
  ['cairn_token', joined('cairn', `_${letters(43)}`)],
  ['private_key', pem('RSA PRIVATE KEY', letters(64))],
  ['private_key', pem('PRIVATE KEY', letters(64))],
  ['private_key', pem('OPENSSH PRIVATE KEY', letters(64))],
  ['private_key', pem('EC PRIVATE KEY', `Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n${letters(64)}`)],
  ['private_key', joined('{"private_key": "-----BEGIN ', 'PRIVATE', ` KEY-----\\n${letters(64)}\\n"}`)],
]

describe('A scan', () => {
  test.each(secrets)('finds a %s and says where it stands, not what it is', async (kind, secret) => {
    const report = await scanOf([{ name: 'src/a.py', content: `# first\n\nkey = "${secret}"\n` }])
    expect(report).toEqual({ secrets: [{ file: 'src/a.py', line: 3, kind }], oversizedFiles: [], isComplete: true })
  })

  test.each([
    ['a key of documentation', joined('AK', 'IAIOSFODNN7EXAMPLE')],
    ['a part of a longer word', joined('x', 'gh', `p_${letters(36)}`)],
    ['a token that goes on', joined('np', `m_${letters(60)}`)],
    ['the header of a key in a parser', joined('if line == "-----BEGIN RSA ', 'PRIVATE KEY-----": start()')],
    ['a public key', pem('PUBLIC KEY', letters(64))],
    ['a password, which may be none', 'password = "hunter2hunter2"'],
    ['a test key of Stripe', joined('sk', `_test_${letters(24)}`)],
  ])('does not report %s', async (_what, text) => {
    expect((await scanOf([{ name: 'a', content: text }])).secrets).toEqual([])
  })

  test.each([
    ['.env', 'A=1\n', true],
    ['.env', '# none\n\nexport A="x"', true],
    ['deep/.env.production', 'DB_PASSWORD=x', true],
    ['prod.env', 'A=1', true],
    ['.env', '# A=1\nB=\nC=""\n', false],
    ['.env.example', 'A=1', false],
    ['environment.py', 'A=1', false],
  ])('of %s with %j', async (name, content, isReported) => {
    const { secrets: found } = await scanOf([{ name, content }])
    expect(found.map(({ kind }) => kind)).toEqual(isReported ? ['env_file'] : [])
  })

  test('knows a file of an environment by its name', () => {
    const names = ['.env', 'a/.env.local', 'x.env', '.env.sample', '.env.example.env', 'env', '.envrc', 'a.env/b']
    expect(names.filter(isEnvironmentFile)).toEqual(['.env', 'a/.env.local', 'x.env'])
  })

  test('finds a secret once and on its line wherever it stands in a large file', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(200_000), fc.constantFrom(...secrets), async (place, [kind, secret]) => {
        const before = 'some words\n'.repeat(20_000).slice(0, place)
        const { secrets: found } = await scanOf([
          { name: 'a', content: `${before}\n${secret}\n${'x y\n'.repeat(9000)}` },
        ])
        expect(found).toEqual([{ file: 'a', line: before.split('\n').length + 1, kind }])
      }),
      { numRuns: 60, seed: 4 },
    )
  })

  test('looks into no binary file', async () => {
    const [, secret] = secrets[0] ?? ['', '']
    expect((await scanOf([{ name: 'a.bin', content: `\0\0${secret}` }])).secrets).toEqual([])
  })

  test('names files that are large when unpacked', async () => {
    const report = await scanOf([{ name: 'a', content: 'x'.repeat(2000) }, { name: 'b' }], { oversizedBytes: 1999 })
    expect(report).toEqual({ secrets: [], oversizedFiles: [{ file: 'a', sizeBytes: 2000 }], isComplete: true })
  })

  test.each([
    ['a file goes on beyond what is looked at', { maxFileBytes: 100 }],
    ['the files go on beyond what is looked at', { maxTotalBytes: 100 }],
    ['more is found than is named', { maxFindings: 1 }],
  ])('says that it is not complete when %s', async (_case, limits) => {
    const [, secret] = secrets[0] ?? ['', '']
    const report = await scanOf([{ name: 'a', content: `${secret}\n${'x'.repeat(200)}\n${secret}\n` }], limits)
    expect(report).toMatchObject({ secrets: [{ line: 1 }], isComplete: false })
  })

  test('takes time in proportion to the text, also of text that nearly is a secret', async () => {
    const nearly = [
      joined('AK', 'IA'),
      '-----BEGIN ',
      'A-B: x ',
      joined('s', 'k-a-'),
      joined('gh', `p_${'a'.repeat(35)} `),
      'cairn_',
    ]
    const limits = { maxFileBytes: 1e9, maxTotalBytes: 1e9 }
    for (const text of nearly) {
      const content = text.repeat(Math.ceil(3_000_000 / text.length))
      const entry = { name: 'a', content, method: 0 }
      expect((await scanOf([entry], limits)).isComplete).toBe(true)
    }
  })
})
