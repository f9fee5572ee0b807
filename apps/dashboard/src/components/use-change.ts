import { type QueryKey, type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query'
import { errorWords } from './error-words.ts'
import { useToast } from './toasts.tsx'

/** An action of a page: afterwards what the keys hold is read again, and how it went is said. */
export function useChange<Input, Result>(options: {
  readonly change: (input: Input) => Promise<Result>
  readonly keys: readonly QueryKey[]
  /** What is said when it went well; null = nothing. */
  readonly said: string | null
  /** Who shows what went wrong: the place where the action stands, or a message in passing. */
  readonly failure?: 'shown in place' | 'said'
}): UseMutationResult<Result, Error, Input> {
  const queries = useQueryClient()
  const say = useToast()
  return useMutation({
    mutationFn: options.change,
    onSuccess: async () => {
      if (options.said !== null) say(options.said)
      await Promise.all(options.keys.map((queryKey) => queries.invalidateQueries({ queryKey })))
    },
    onError: (error) => {
      if (options.failure !== 'shown in place') say(errorWords(error), 'bad')
    },
  })
}
