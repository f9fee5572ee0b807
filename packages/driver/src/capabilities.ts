/**
 * Linux capabilities that a workload keeps, with their bit in `/proc/self/status`; every driver drops all others and sets
 * no-new-privileges, so that no program gains more.
 *
 * These are what ordinary images need to start. An entrypoint that begins as root to prepare directories and then
 * changes to its own user needs CHOWN, FOWNER and DAC_OVERRIDE for the first and SETUID and SETGID for the second; a
 * supervisor that stays root (nginx, shiny-server) needs KILL to end its workers of another user; NET_BIND_SERVICE
 * allows ports below 1024 where the engine does not lift that limit itself. Of Docker's defaults the platform drops
 * AUDIT_WRITE, FSETID, MKNOD, NET_RAW, SETFCAP, SETPCAP and SYS_CHROOT: no data workload needs them to start, and
 * NET_RAW lets a container forge its neighbours' addresses.
 */
export const grantedCapabilities = {
  CHOWN: 0,
  DAC_OVERRIDE: 1,
  FOWNER: 3,
  KILL: 5,
  SETGID: 6,
  SETUID: 7,
  NET_BIND_SERVICE: 10,
} as const satisfies Record<string, number>
