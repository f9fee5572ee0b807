import { describe, expect, it } from 'vitest'
import { grantedCapabilities } from '../capabilities.ts'
import type { ConformanceOptions, SuiteOf } from './conformance-engine.ts'
import { exactValues, readPrinted } from './exact-values.ts'
import { scripts } from './scripts.ts'

const mebibyte = 1024 * 1024

/** The limits as the kernel tells them to the container, whichever version of control groups it has. */
const printLimits = `
  v1=/sys/fs/cgroup v2=/sys/fs/cgroup
  if [ -e $v1/memory/memory.limit_in_bytes ]; then
    echo memory $(cat $v1/memory/memory.limit_in_bytes)
    echo swap $(( $(cat $v1/memory/memory.memsw.limit_in_bytes) - $(cat $v1/memory/memory.limit_in_bytes) ))
    echo cpu $(cat $v1/cpu/cpu.cfs_quota_us $v1/cpu/cpu.cfs_period_us)
    echo pids $(cat $v1/pids/pids.max)
  else
    echo memory $(cat $v2/memory.max)
    echo swap $(cat $v2/memory.swap.max)
    echo cpu $(cat $v2/cpu.max)
    echo pids $(cat $v2/pids.max)
  fi`

const printStatus = "grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr -d '\\t'"

const tryToEscape = `
  [ -e /var/run/docker.sock ] && echo engine socket
  [ -e /dev/mem ] && echo /dev/mem
  (echo 1 > /proc/sys/kernel/panic) 2>/dev/null && echo kernel settings
  mount -t tmpfs none /mnt 2>/dev/null && echo mount
  mknod /tmp/null c 1 3 2>/dev/null && echo mknod
  chroot / true 2>/dev/null && echo chroot
  [ $(ls /sys/class/net | wc -l) -gt 2 ] && echo host network
  echo tried`

export function describeIsolation(suiteOf: SuiteOf, options: ConformanceOptions): void {
  describe.skipIf(!options.runsPrograms)('isolation, as seen from inside', () => {
    it('limits memory without swap, CPU and processes', async () => {
      const resources = { cpus: 0.25, memoryBytes: 96 * mebibyte, pids: 33, storageBytes: null }
      const { stdout } = await suiteOf().run(printLimits, { resources })
      expect(stdout).toEqual([`memory ${96 * mebibyte}`, 'swap 0', 'cpu 25000 100000', 'pids 33'])
    })

    it('keeps exactly the granted capabilities and gains none', async () => {
      const mask = Object.values(grantedCapabilities).reduce<number>((sum, bit) => sum + 2 ** bit, 0)
      const capabilities = mask.toString(16).padStart(16, '0')
      const { stdout } = await suiteOf().run(printStatus)
      expect(stdout).toEqual([`CapEff:${capabilities}`, `CapBnd:${capabilities}`, 'NoNewPrivs:1', 'Seccomp:2'])
    })

    it('refuses processes beyond the limit', async () => {
      const { stdout, stderr, observation } = await suiteOf().run(scripts.forkMany, {
        resources: { cpus: 1, memoryBytes: 128 * mebibyte, pids: 20, storageBytes: null },
      })
      expect(stdout).toEqual([])
      expect(stderr.join('\n')).toMatch(/fork/i)
      expect(observation.exit?.reason).toBe('error')
    })

    it('offers no way to the host or to its engine', async () => {
      const { stdout } = await suiteOf().run(tryToEscape)
      expect(stdout).toEqual(['tried'])
    })

    it('passes the environment exactly', async () => {
      const { stdout } = await suiteOf().run(scripts.printEnvironment, { env: exactValues })
      expect(readPrinted(stdout)).toEqual(exactValues)
    })
  })
}
