/*
 * Loads the page again when a script or style sheet of it did not come: browsers drop requests while an address of the machine
 * changes, as it does whenever a container starts. At most three times, until a page has stood for ten seconds. Files here are kept
 * by browsers for good: one that changes gets another number.
 */
;(() => {
  const key = 'cairn-loaded-again'
  const most = 3
  // One time loads everything again, however much was lost.
  let isLeaving = false
  const loadAgain = () => {
    if (isLeaving) return
    isLeaving = true
    const times = Number(sessionStorage.getItem(key) ?? '0')
    if (times >= most) return
    sessionStorage.setItem(key, String(times + 1))
    location.reload()
  }
  const lost = () => {
    if (document.readyState === 'complete') loadAgain()
    else addEventListener('load', loadAgain, { once: true })
  }
  addEventListener(
    'error',
    ({ target }) => {
      if (target instanceof HTMLScriptElement || target instanceof HTMLLinkElement) lost()
    },
    { capture: true },
  )
  addEventListener('vite:preloadError', lost)
  setTimeout(() => sessionStorage.removeItem(key), 10_000)
})()
