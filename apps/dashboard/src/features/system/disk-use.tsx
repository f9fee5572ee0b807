import type { DiskAnswer } from '@cairn/sdk'
import type { ReactElement } from 'react'
import { Moment } from '../../components/moment.tsx'
import { Panel } from '../../components/panel.tsx'
import { bytesText } from '../../format/bytes.ts'

interface Part {
  readonly label: string
  readonly bytes: number
  readonly fill: string
}

function partsOf(disk: DiskAnswer, totalBytes: number, freeBytes: number): readonly Part[] {
  const known = [
    { label: 'Images', bytes: disk.imageBytes ?? 0, fill: 'bg-busy-bar' },
    { label: 'Cache of builds', bytes: disk.buildCacheBytes ?? 0, fill: 'bg-warn-bar' },
    { label: 'Containers', bytes: disk.containerBytes ?? 0, fill: 'bg-good-bar' },
    { label: 'Volumes', bytes: disk.volumeBytes ?? 0, fill: 'bg-bad-bar' },
  ]
  const rest = totalBytes - freeBytes - known.reduce((sum, { bytes }) => sum + bytes, 0)
  return [...known, { label: 'Other', bytes: Math.max(0, rest), fill: 'bg-edge/50' }]
}

/** What takes room on the disk of the container engine, as a bar with its parts named under it. */
export function DiskUse({ disk }: { readonly disk: DiskAnswer }): ReactElement {
  const { freeBytes, totalBytes, policy, measuredAt, ownImages } = disk
  if (freeBytes === null || totalBytes === null) {
    return (
      <Panel title="Disk of the container engine">
        <p className="text-faint">It has not been measured yet.</p>
      </Panel>
    )
  }
  const parts = partsOf(disk, totalBytes, freeBytes)
  const isShort = freeBytes < policy.keepFreeBytes
  return (
    <Panel
      title="Disk of the container engine"
      actions={
        <span className="text-[13px] text-faint">
          measured <Moment at={measuredAt} />
        </span>
      }
    >
      <div className="rounded-lg border border-line bg-surface px-4 py-3">
        <p className={`mb-2 ${isShort ? 'text-bad' : ''}`}>
          {bytesText(freeBytes)} of {bytesText(totalBytes)} are free
          {isShort ? `, less than the ${bytesText(policy.keepFreeBytes)} that are to be kept free` : ''}.
        </p>
        <div aria-hidden className="flex h-2.5 overflow-hidden rounded-full bg-raised">
          {parts.map(({ label, bytes, fill }) => (
            <span key={label} className={fill} style={{ width: `${(bytes / totalBytes) * 100}%` }} />
          ))}
        </div>
        <ul className="mt-3 flex flex-wrap gap-x-5 gap-y-1 text-[13px]">
          {parts.map(({ label, bytes, fill }) => (
            <li key={label} className="inline-flex items-center gap-2">
              <span aria-hidden className={`size-2 rounded-full ${fill}`} />
              {label} <span className="text-faint">{bytesText(bytes)}</span>
            </li>
          ))}
        </ul>
        <p className="mt-2 text-[13px] text-faint">
          Your built versions ({ownImages.versions}) are {bytesText(ownImages.bytes)}, with layers that they share.
          Images that nothing uses go after {policy.unusedImageDays} days; the cache is kept to{' '}
          {bytesText(policy.buildCacheBytes)}.
        </p>
      </div>
    </Panel>
  )
}
