import { Monitor, Moon, Sun } from 'lucide-react'
import type { ReactElement } from 'react'
import { IconButton } from '../components/button.tsx'
import { type Theme, useTheme } from './theme.ts'

const order = { system: 'light', light: 'dark', dark: 'system' } as const
const icons = { system: Monitor, light: Sun, dark: Moon } as const
const names: Readonly<Record<Theme, string>> = { system: 'as the system', light: 'light', dark: 'dark' }

export function ThemeButton(): ReactElement {
  const [theme, setTheme] = useTheme()
  const next = order[theme]
  return (
    <IconButton
      icon={icons[theme]}
      label={`Colours: ${names[theme]}. Change to ${names[next]}`}
      onClick={() => setTheme(next)}
    />
  )
}
