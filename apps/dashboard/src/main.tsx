import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import './style.css'

const root = document.querySelector('#root')
if (root === null) throw new Error('the page has no #root')
// The SDK repeats what is safe to repeat.
const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
)
