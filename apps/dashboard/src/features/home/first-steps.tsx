import { Rocket } from 'lucide-react'
import type { ReactElement } from 'react'
import { EmptyState } from '../../components/empty-state.tsx'

/** On a server on which nobody made anything yet. */
export function FirstSteps(): ReactElement {
  return (
    <EmptyState
      icon={Rocket}
      title="Nothing is here yet"
      text="Put an image, a workflow and a service into one folder of files, see what would be made, and make it."
      command="cairn init --to my-project && cairn plan -f my-project && cairn apply -f my-project"
    />
  )
}
