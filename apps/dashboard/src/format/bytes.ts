const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** `340 B`, `4.2 kB`, `12 MB`: decimal units, two digits at least where there are any. */
export function bytesText(bytes: number): string {
  let value = bytes
  let at = 0
  while (value >= 999.5 && at < units.length - 1) {
    value /= 1000
    at += 1
  }
  return `${at === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${units[at] ?? ''}`
}
