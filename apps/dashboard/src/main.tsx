import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { router } from './router.tsx'
import { showKeptTheme } from './shell/theme.ts'
import './style.css'

showKeptTheme()
const root = document.querySelector('#root')
if (root === null) throw new Error('the page has no #root')
// The SDK repeats what is safe to repeat. A server on this machine answers also where the browser has no network.
const queries = new QueryClient({
  defaultOptions: { queries: { retry: false, networkMode: 'always' }, mutations: { networkMode: 'always' } },
})
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
