import type { Download } from '@cairn/sdk'

/** Has the browser save what is downloaded, under this name. It is held in memory until all of it is there. */
export async function saveDownload(download: Download, fileName: string): Promise<void> {
  const url = URL.createObjectURL(await new Response(download.stream).blob())
  const link = Object.assign(document.createElement('a'), { href: url, download: fileName })
  link.click()
  URL.revokeObjectURL(url)
}
