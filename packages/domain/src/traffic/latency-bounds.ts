/** Upper bounds of the latency histogram of services, in milliseconds; a last bucket without a bound follows them. */
export const latencyBoundsMs = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 60_000] as const
