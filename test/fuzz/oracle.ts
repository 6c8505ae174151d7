// What every answer must be, whatever was asked: no failure of ours, as the contract promises, and telling nothing of the inside.
import { fileURLToPath } from 'node:url'
import { problems, type ProblemCode } from '../../schema/problems.ts'
import { contractJudge } from '../support/contract.ts'
import type { Asked, Told } from './wire.ts'

export interface Oracle {
  /** What is wrong with an answer of an operation; nothing, mostly. */
  faultsOf (asked: Asked, told: Told): string[]
  /** The same of a page, which is in no contract. */
  faultsOfPage (asked: Asked, told: Told): string[]
}

/** Failures that are told honestly and are nobody's fault here: what stands behind the gateway did not answer. */
const honestFailures: readonly string[] = ['gateway_unavailable', 'gateway_refused']

/** An oracle; `secrets` are texts that no answer may hold. */
export function openOracle (secrets: readonly string[]): Oracle {
  const judge = contractJudge()
  return {
    faultsOfPage: (asked, told) => [...isNoOembed(asked, told) ? [] : serverErrors(told), ...leaksOf(asked, told, secrets)],
    faultsOf (asked, told) {
      const faults = failuresOf(asked, told)
      faults.push(...leaksOf(asked, told, secrets))
      if (asked.method === 'HEAD' || asked.method === 'OPTIONS') return faults
      const before = judge.faults.length
      try {
        judge.hear({ method: asked.method, ...told, target: asked.target })
      } catch (error) {
        faults.push(`its body cannot be read: ${(error as Error).message}`)
      }
      faults.push(...judge.faults.slice(before))
      return faults
    }
  }
}

/** A failure of the server, or a refusal that does not say what it is. */
export function failuresOf (asked: Asked, { status, type, text }: Told): string[] {
  const faults = serverErrors({ status, type, text })
  const code = /problem\+json/.test(type) ? codeIn(text) : undefined
  if (status < 400 || asked.method === 'HEAD') return faults
  if (asked.target.startsWith('/oauth/token')) return faults
  if (!/^application\/problem\+json/.test(type)) faults.push(`a refusal as ${type || 'nothing'}`)
  else if (code === undefined || !Object.hasOwn(problems, code)) faults.push(`the code ${code} is not one of the table`)
  else if (problems[code as ProblemCode].status !== status) faults.push(`${code} told with ${status}`)
  return faults
}

function serverErrors ({ status, type, text }: Pick<Told, 'status' | 'type' | 'text'>): string[] {
  const code = /json/.test(type) ? codeIn(text) : undefined
  return status >= 500 && !honestFailures.includes(code ?? '') ? [`${status} ${code ?? ''}`] : []
}

/** oEmbed answers 501 to a format it does not have (oembed.com, 2.3.4). */
function isNoOembed ({ target }: Asked, { status }: Told): boolean {
  return status === 501 && target.startsWith('/oembed')
}

function codeIn (text: string): string | undefined {
  try {
    return JSON.parse(text).code
  } catch {
    return undefined
  }
}

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Stacks, paths, SQL and the words PostgreSQL refuses with. */
const inside: readonly RegExp[] = [
  /\n\s+at \S+ ?\(?\S+:\d+:\d+/, /node_modules/, /node:internal/, /\bsrc\/(?:api|domain|postgres|base)\//, /\.ts:\d+/,
  new RegExp(root.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')),
  /invalid input syntax/, /syntax error at or near/, /violates (?:check|unique|foreign|not-null)/, /duplicate key value/, /relation "/,
  /column "/, /\b(?:select|insert into|update|delete from)\b[^"]{0,80}\b(?:where|from|values|set)\b/, /PostgresError/,
  /ECONNREFUSED|EPIPE|ETIMEDOUT/, /invalid byte sequence/, /Cannot read propert/, /is not a function/, /is not defined/, /undefined is not/
]

/** What an answer tells of the inside, and was not told by whoever asked. */
export function leaksOf (asked: Asked, { text, headers }: Told, secrets: readonly string[]): string[] {
  const said = `${asked.target} ${decoded(asked.target)} ${asked.body ?? ''}`
  const whole = `${text}\n${Object.values(headers).join('\n')}`
  const leaks = inside.flatMap(pattern => {
    const found = pattern.exec(whole)?.[0]
    return found === undefined || said.includes(found) ? [] : [`tells of the inside: ${JSON.stringify(found.slice(0, 80))}`]
  })
  const told = secrets.filter(secret => whole.includes(secret))
  return [...leaks, ...told.map(secret => `tells a secret of somebody else: ${secret.slice(0, 6)}…`)]
}

function decoded (target: string): string {
  try {
    return decodeURIComponent(target)
  } catch {
    return target
  }
}
