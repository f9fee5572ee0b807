import { eventually } from '@cairn/testkit'
import { afterAll, expect, test } from 'vitest'
import { BuildRig } from './build-rig.ts'

const rig = await BuildRig.create()
afterAll(() => rig.close())

test('A build fails before the disk is full, with the figures, and the builder is not asked', async () => {
  rig.driver.control.setDisk({ freeBytes: 1e9, totalBytes: 1e12 })
  rig.startLoop({ keepFreeBytes: 2e9 })
  const ids = await rig.ask({ details: { source: 'dockerfile', dockerfile: 'FROM nginx\n' } })
  await eventually(async () => expect(await rig.read(ids)).toMatchObject({ status: 'failed' }), { timeoutMs: 15_000 })
  expect((await rig.read(ids)).reason).toMatch(/nearly full: 1\.00 GB are free and 2\.00 GB are kept free/)
  expect(rig.builder.requests).toEqual([])
})
