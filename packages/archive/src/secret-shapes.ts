/** Shapes that are a credential with near certainty; whatever only may be one (a `password =`) is not among them. */
export const secretKinds = [
  'private_key',
  'aws_access_key_id',
  'github_token',
  'gitlab_token',
  'slack_token',
  'stripe_live_key',
  'google_api_key',
  'npm_token',
  'pypi_token',
  'sendgrid_key',
  'openai_key',
  'anthropic_key',
  'huggingface_token',
  'cairn_token',
  'env_file',
] as const
export type SecretKind = (typeof secretKinds)[number]

/** Longest text that a shape may match; how much of a file has to be looked at twice where two pieces of it meet. */
export const longestShape = 1024

// The header alone also stands in the source of parsers, so the first characters of the key are asked for as well.
const privateKey =
  String.raw`-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[nr]){1,8}` +
  String.raw`(?:[A-Za-z-]{1,32}: [^\n]{1,100}\n\s{0,3}){0,3}[A-Za-z0-9+/]{20}`

/** Every repetition has a bound and none holds another without one, so the time is linear in the text. */
const tokens: Readonly<Record<Exclude<SecretKind, 'env_file' | 'private_key'>, string>> = {
  // The keys of AWS's own documentation end so.
  aws_access_key_id: '(?:AKIA|ASIA)(?![A-Z2-7]{9}EXAMPLE)[A-Z2-7]{16}',
  github_token: '(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})',
  gitlab_token: 'glpat-[A-Za-z0-9_-]{20,64}',
  slack_token: 'xox[abprs]-[0-9]{8,16}-[0-9A-Za-z-]{16,255}',
  stripe_live_key: '[rs]k_live_[0-9A-Za-z]{20,255}',
  google_api_key: 'AIza[0-9A-Za-z_-]{35}',
  npm_token: 'npm_[A-Za-z0-9]{36}',
  pypi_token: 'pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,255}',
  sendgrid_key: String.raw`SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}`,
  openai_key: 'sk-(?:[a-z]{1,12}-)?[A-Za-z0-9_-]{20,128}T3BlbkFJ[A-Za-z0-9_-]{20,128}',
  anthropic_key: 'sk-ant-[a-z]{1,8}[0-9]{2}-[A-Za-z0-9_-]{80,128}',
  huggingface_token: 'hf_[A-Za-z]{34}',
  cairn_token: 'cairn_[A-Za-z0-9_-]{43}',
}

/** All shapes as one expression; the group that matched is the kind. */
export function secretPattern(): RegExp {
  const ofTokens = Object.entries(tokens).map(([kind, shape]) => `(?<${kind}>${shape})`)
  const word = `(?<![A-Za-z0-9_-])(?:${ofTokens.join('|')})(?![A-Za-z0-9_])`
  return new RegExp(`(?<private_key>${privateKey})|${word}`, 'g')
}

/** A line that gives a name a value. */
export const assignedLine = /^(?:export )?[A-Za-z_][A-Za-z0-9_]*=(?!(?:""|'')?\s*(?:#|$))/m

const environmentFile = /^(?:\.env(?:\..+)?|.+\.env)$/
const sampleEnding = /\.(?:example|sample|template|dist|defaults?)(?:\.env)?$/

/** Whether a file holds an environment by its name: `.env`, `.env.production`, `prod.env`, but no `.env.example`. */
export function isEnvironmentFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return environmentFile.test(name) && !sampleEnding.test(name)
}
