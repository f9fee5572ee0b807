import { Link } from '@tanstack/react-router'
import { Signpost } from 'lucide-react'
import type { ReactElement } from 'react'
import { buttonClass } from '../components/button.tsx'
import { EmptyState } from '../components/empty-state.tsx'

export function NoSuchPage(): ReactElement {
  return (
    <EmptyState icon={Signpost} title="There is no such page" text="The address may be old, or what was there is gone.">
      <Link to="/" className={buttonClass('plain')}>
        Go to the start
      </Link>
    </EmptyState>
  )
}
