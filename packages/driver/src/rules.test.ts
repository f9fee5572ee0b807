import { array, assert, integer, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exitReason } from './exit-reason.ts'
import { ownerLabels, readOwner } from './labels.ts'
import { cutLine } from './log-pieces.ts'
import type { WorkloadSpec } from './port.ts'
import { checkSpec, specHash } from './workload-spec.ts'

const spec: WorkloadSpec = {
  name: 'cairn-x-step-1',
  owner: { kind: 'step', id: 'run', tenantId: 'acme' },
  image: 'sha256:abc',
  command: ['true'],
  env: { A: '1', B: '2' },
  resources: { cpus: 0.125, memoryBytes: 134_217_728, pids: 64, storageBytes: null },
  network: 'net',
  files: null,
  publishPort: 8000,
}

describe('specification', () => {
  it('is accepted with every field at its bound', () => {
    const resources = { cpus: 0.01, memoryBytes: 6 * 1024 * 1024, pids: 1, storageBytes: 1 }
    const bounds = { name: 'a'.repeat(63), resources, publishPort: 65_535, command: null, env: {} }
    expect(() => checkSpec({ ...spec, ...bounds })).not.toThrow()
  })

  it.each<[string, Partial<WorkloadSpec>]>([
    ['name', { name: '' }],
    ['name', { name: 'a'.repeat(64) }],
    ['name', { name: '-a' }],
    ['name', { name: 'A' }],
    ['image', { image: '' }],
    ['command', { command: [] }],
    ['command', { command: ['a\0'] }],
    ['resources.cpus', { resources: { ...spec.resources, cpus: 0 } }],
    ['resources.cpus', { resources: { ...spec.resources, cpus: Number.NaN } }],
    ['resources.memoryBytes', { resources: { ...spec.resources, memoryBytes: 1024 } }],
    ['resources.memoryBytes', { resources: { ...spec.resources, memoryBytes: 1e9 + 0.5 } }],
    ['resources.pids', { resources: { ...spec.resources, pids: 0 } }],
    ['resources.storageBytes', { resources: { ...spec.resources, storageBytes: 0 } }],
    ['network', { network: '' }],
    ['publishPort', { publishPort: 0 }],
    ['publishPort', { publishPort: 65_536 }],
    ['env', { env: { '': 'x' } }],
    ['env', { env: { 'A=B': 'x' } }],
    ['env.A', { env: { A: 'x\0' } }],
  ])('is refused by its %s: %o', (field, change) => {
    expect(() => checkSpec({ ...spec, ...change })).toThrow(`: ${field}: `)
  })

  it('has one hash whatever the order of its variables, and another for any change', () => {
    expect(specHash({ ...spec, env: { B: '2', A: '1' } })).toBe(specHash(spec))
    const changes: Partial<WorkloadSpec>[] = [
      { image: 'other' },
      { command: null },
      { command: ['true', ''] },
      { env: { A: '1', B: '3' } },
      { env: { A1: '', B: '2' } },
      { resources: { ...spec.resources, pids: 65 } },
      { resources: { ...spec.resources, storageBytes: 1 } },
      { files: { digest: 'd', open: async function* open() {} } },
      { network: 'other' },
      { publishPort: null },
      { owner: { ...spec.owner, tenantId: 'other' } },
    ]
    const hashes = [spec, ...changes.map((change) => ({ ...spec, ...change }))].map(specHash)
    expect(new Set(hashes).size).toBe(hashes.length)
  })
})

describe('shared rules', () => {
  it.each([
    [0, false, 'completed'],
    [0, true, 'completed'],
    [1, false, 'error'],
    [1, true, 'oom'],
    [137, true, 'oom'],
    [137, false, 'killed'],
    [143, false, 'killed'],
    [139, false, 'error'],
    [null, false, 'error'],
  ] as const)('exit code %s with out of memory %s means %s', (code, outOfMemory, reason) => {
    expect(exitReason(code, outOfMemory)).toBe(reason)
  })

  it('reads back the owner that it wrote, and none from other labels', () => {
    expect(readOwner(ownerLabels(spec.owner))).toEqual(spec.owner)
    expect(readOwner({})).toBeNull()
    expect(readOwner({ ...ownerLabels(spec.owner), 'dev.cairn.kind': 'other' })).toBeNull()
  })

  it('cuts lines into pieces within the bound, between characters, losing nothing', () => {
    expect(cutLine(Buffer.from('aé'), 2).map(String)).toEqual(['a', 'é'])
    expect(cutLine(Buffer.from(''), 2).map(String)).toEqual([''])
    assert(
      property(array(string({ unit: 'binary' })), integer({ min: 4, max: 9 }), (texts, bound) => {
        const text = texts.join('').toWellFormed()
        const pieces = cutLine(Buffer.from(text), bound)
        expect(pieces.map(String).join('')).toBe(text)
        for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(bound)
      }),
    )
  })

  it('cuts bytes that are not text at the bound', () => {
    expect(cutLine(Buffer.alloc(10, 0x80), 4).map(({ length }) => length)).toEqual([4, 4, 2])
  })
})
