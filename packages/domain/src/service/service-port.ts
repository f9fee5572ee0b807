/** Port that an app is told to listen on when its image does not say one. */
export const defaultServicePort = 8000

/** The image's single exposed TCP port, else {@link defaultServicePort}: two ports do not say which one is the app's. */
export function chooseServicePort(exposedTcpPorts: readonly number[]): number {
  const [only, ...others] = new Set(exposedTcpPorts)
  return only === undefined || others.length > 0 ? defaultServicePort : only
}
