/** Settings of the engine's disk; part of the table in settings.ts. */
import { integer } from './setting-kinds.ts'

const most = Number.MAX_SAFE_INTEGER

export const diskSettings = {
  diskKeepFreeBytes: integer(
    {
      name: 'CAIRN_DISK_KEEP_FREE_BYTES',
      default: '2147483648',
      unit: 'bytes',
      doc: 'What builds leave free of the disk of a container engine on this machine. With less, the cache of builds is given up, and if that is not enough a build fails at once with that reason.',
    },
    { least: 0, most },
  ),
  buildCacheBytes: integer(
    {
      name: 'CAIRN_BUILD_CACHE_BYTES',
      default: '21474836480',
      unit: 'bytes',
      doc: 'What the cache of builds may take on the container engine; the oldest of it goes first. The cache is that of the whole engine.',
    },
    { least: 0, most },
  ),
  unusedImageDays: integer(
    {
      name: 'CAIRN_UNUSED_IMAGE_DAYS',
      default: '30',
      unit: 'days',
      doc: 'After so long the image of a version that nothing uses or has run leaves the container engine; the latest version of an image stays. The version is then not-ready, and an update builds it again. 0 = never.',
    },
    { least: 0, most: 36_500 },
  ),
}
