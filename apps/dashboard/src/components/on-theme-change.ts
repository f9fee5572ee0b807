/**
 * Calls `tell` whenever the page may have changed between light and dark: by its own button or by the system. Returns what ends
 * that.
 */
export function onThemeChange(tell: () => void): () => void {
  const system = globalThis.matchMedia('(prefers-color-scheme: dark)')
  system.addEventListener('change', tell)
  const own = new MutationObserver(tell)
  own.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] })
  return () => {
    system.removeEventListener('change', tell)
    own.disconnect()
  }
}
