import { useState } from 'react'

export type Theme = 'system' | 'light' | 'dark'

const key = 'cairn.theme'

function readTheme(): Theme {
  const kept = localStorage.getItem(key)
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

function show(theme: Theme): void {
  document.documentElement.style.colorScheme = theme === 'system' ? '' : theme
}

/** Before anything is drawn, so that nothing flashes. */
export function showKeptTheme(): void {
  show(readTheme())
}

/** The theme that this browser keeps, and a function that changes it. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(readTheme)
  const change = (next: Theme): void => {
    localStorage.setItem(key, next)
    show(next)
    setTheme(next)
  }
  return [theme, change]
}
