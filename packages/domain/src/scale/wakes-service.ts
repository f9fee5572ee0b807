/** Crawlers, uptime checks and the probes of load balancers: nobody waits for their answer. */
const automatic =
  /bot\b|crawl|spider|slurp|uptime|pingdom|statuscake|site24x7|monitor|health-?check|kube-probe|googlehc|haproxy|traefik|zabbix|nagios|blackbox|prometheus|facebookexternalhit|preview/i

/**
 * Whether a request is a reason to wake a service that sleeps. One that is not is told that the service sleeps.
 *
 * @param headers names in lower case
 */
export function wakesService(headers: Readonly<Record<string, string | readonly string[] | undefined>>): boolean {
  const text = (name: string): string => String(headers[name] ?? '')
  if (/prefetch|prerender|preview/i.test(`${text('purpose')} ${text('sec-purpose')} ${text('x-moz')}`)) return false
  return !automatic.test(text('user-agent'))
}
