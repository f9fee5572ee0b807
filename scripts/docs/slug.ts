/**
 * The anchor of a heading, as on pages of common code hosts, so that one link is right there and on the site.
 *
 * @example slugOf('`auth` of http steps') // 'auth-of-http-steps'
 */
export function slugOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/<[^>]*>/g, '')
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-')
}
