import { generateKeyPairSync } from 'node:crypto'
import { open, readFile, rm } from 'node:fs/promises'
import { Option, type Command } from 'commander'
import pc from 'picocolors'
import { keyAlgorithms, operatorScopes, resellerScopes, type KeyAlgorithm } from '../../../schema/vocabulary.ts'
import type { ApiKey, CreatedApiKey, PrivateJwk } from '../../../sdk/src/admin.ts'
import { positiveInteger, wholeNumber, words } from '../arguments.ts'
import { examples } from '../examples.ts'
import { RefusedError, UsageError } from '../failures.ts'
import { findReseller } from '../find.ts'
import { listOptions, printList, type ListOptions } from '../lists.ts'
import { printJson, printRecord, say, timeText, type Column } from '../output.ts'
import type { Run, Session } from '../session.ts'

/** All a reseller needs to buy; making further keys is left to be asked for. */
const resellerScopesDefault = resellerScopes.filter(scope => scope !== 'keys:write')

type ResellerScope = (typeof resellerScopes)[number]
type OperatorScope = (typeof operatorScopes)[number]
interface PublicJwk {
  readonly kty: string
  readonly crv: string
  readonly x: string
}

interface CreateOptions {
  readonly operator?: boolean
  readonly name?: string
  readonly scopes?: readonly string[]
  readonly algorithm: KeyAlgorithm
  readonly publicKey?: string
  readonly ip?: readonly string[]
  readonly expires?: string
  readonly requestsPerMinute?: number
  readonly revealsPerDay?: number
  readonly revealsAlert?: number
  readonly reference?: string
  readonly out?: string
}
interface UpdateOptions {
  readonly name?: string
  readonly ip?: readonly string[]
  readonly revealsPerDay?: number | 'none'
  readonly revealsAlert?: number | 'none'
}
interface RotateOptions {
  readonly overlap?: number
  readonly publicKey?: string
  readonly expires?: string
  readonly reference?: string
  readonly out?: string
}

/** kahub keys. */
export function addKeys (program: Command, run: Run): void {
  const keys = program.command('keys').alias('key').description('keys: what resellers and operators sign with')

  examples(
    keys
      .command('create [reseller]')
      .description('make a key of a reseller, or of the operator; its secret is shown this once')
      .option('--operator', 'a key of the operator')
      .option('--name <name>', 'its name for people')
      .option(
        '--scopes <list>',
        `what it may do, divided by commas: ${resellerScopes.join(', ')}; with --operator ${operatorScopes.join(', ')} ` +
          '(left out: all of a reseller but keys:write, admin:read of the operator)',
        words
      )
      .addOption(
        new Option('--algorithm <algorithm>', 'ed25519: the secret never leaves its owner').choices(keyAlgorithms).default('hmac-sha256')
      )
      .option('--public-key <file>', 'with ed25519: the public key as a JWK; left out, a pair is made here and goes to --out')
      .option('--ip <list>', 'addresses and CIDR ranges it may be used from, divided by commas', words)
      .option('--expires <time>', 'when it ends, as in 2027-12-31T00:00:00Z')
      .option('--requests-per-minute <n>', 'a rate limit of its own, instead of the level’s', positiveInteger)
      .option('--reveals-per-day <n>', 'of a reseller: how many codes it may reveal in a day', wholeNumber)
      .option('--reveals-alert <n>', 'of a reseller: from how many codes in a day on it is told', positiveInteger)
      .option('--reference <text>', 'your own number for it: the same again gives the same key')
      .option('--out <file>', 'write the credentials into a new file that only you can read'),
    'kahub keys create "Acme Games" --name shop --out acme.json',
    'kahub keys create "Acme Games" --name shop --algorithm ed25519 --public-key shop.jwk --ip 203.0.113.0/24',
    'kahub keys create --operator --name warehouse --scopes admin:read,admin:stock --out warehouse.json'
  ).action(run(createKey))

  examples(
    listOptions(keys.command('list [reseller]').description('list the keys of a reseller, or of the operator')),
    'kahub keys list "Acme Games"',
    'kahub keys list'
  ).action(
    run(async (session, named: string | undefined, options: ListOptions) => {
      const { admin } = session
      const list =
        named === undefined
          ? admin.keys.list({ limit: 100 })
          : admin.resellerKeys.list((await findReseller(admin, named)).id, { limit: 100 })
      await printList(session, options, list, columns, 'There are no keys yet: kahub keys create makes one.')
    })
  )

  examples(
    keys
      .command('update <key>')
      .description('change a key of anyone: only what is given')
      .option('--name <name>', 'its name for people')
      .option('--ip <list>', 'addresses and CIDR ranges it may be used from, divided by commas; any for all', ranges)
      .option('--reveals-per-day <n>', 'how many codes it may reveal in a day; none for as many as there are', numberOrNone)
      .option('--reveals-alert <n>', 'from how many codes in a day on its reseller is told; none for never', numberOrNone),
    'kahub keys update key_live_7f8k0q3z5v2wxytb4m1n --reveals-per-day 5000 --reveals-alert 4000',
    'kahub keys update key_live_7f8k0q3z5v2wxytb4m1n --ip 203.0.113.0/24 --reveals-per-day none'
  ).action(
    run(async (session, id: string, options: UpdateOptions) => {
      if (Object.keys(options).length === 0) throw new UsageError('Say what is to change: --name, --ip, --reveals-per-day or --reveals-alert.')
      const key = await session.admin.keys.update(id, {
        name: options.name,
        ip_allow: options.ip && [...options.ip],
        reveals_per_day: options.revealsPerDay === 'none' ? null : options.revealsPerDay,
        reveals_alert_at: options.revealsAlert === 'none' ? null : options.revealsAlert
      })
      printRecord(session.form, key, `Key ${key.id} is changed`, [
        ['name', key.name],
        ['from', key.ip_allow.join(' ') || 'anywhere'],
        ['reveals a day', key.reveals_per_day ?? 'as many as there are'],
        ['alert at', key.reveals_alert_at]
      ])
    })
  )

  examples(
    keys.command('revoke <key>').description('end a key of anyone, at once and for good'),
    'kahub keys revoke key_live_7f8k0q3z5v2wxytb4m1n'
  ).action(
    run(async (session, id: string) => {
      const key = await session.admin.keys.revoke(id)
      printRecord(session.form, key, `Key ${key.id} is revoked`, [
        ['name', key.name],
        ['since', timeText(key.revoked_at)]
      ])
    })
  )

  examples(
    keys
      .command('rotate <key>')
      .description('replace a key of the operator; the old one is good for a while yet. (Resellers rotate their own.)')
      .option('--overlap <seconds>', 'how long the old key is still good (a day when left out)', wholeNumber)
      .option('--public-key <file>', 'of an ed25519 key: the new public key as a JWK')
      .option('--expires <time>', 'when the new key ends')
      .option('--reference <text>', 'your own number for it: the same again gives the same key')
      .option('--out <file>', 'write the credentials into a new file that only you can read'),
    'kahub keys rotate key_live_7f8k0q3z5v2wxytb4m1n --overlap 3600 --out operator-new.json'
  ).action(
    run(async (session, id: string, options: RotateOptions) => {
      const publicKey = options.publicKey === undefined ? undefined : await readPublicKey(options.publicKey)
      await handOver(
        session,
        options.out,
        undefined,
        async () =>
          await session.admin.keys.rotate(id, {
            overlap_seconds: options.overlap,
            public_key: publicKey,
            expires_at: options.expires,
            reference: options.reference
          })
      )
    })
  )
}

function ranges (text: string): string[] {
  return text === 'any' ? [] : words(text)
}

// Not null, which commander would take for an option without a value.
function numberOrNone (text: string): number | 'none' {
  return text === 'none' ? 'none' : wholeNumber(text)
}

const columns: ReadonlyArray<Column<ApiKey>> = [
  { title: 'ID', of: key => key.id },
  { title: 'NAME', of: key => key.name },
  { title: 'ALGORITHM', of: key => key.algorithm },
  { title: 'STATE', of: stateOf },
  { title: 'SCOPES', of: key => key.scopes.join(' ') },
  { title: 'IP', of: key => key.ip_allow.join(' ') },
  { title: 'REPLACED BY', of: key => key.replaced_by }
]

function stateOf (key: ApiKey): string {
  if (key.revoked_at !== null) return 'revoked'
  if (key.expires_at === null) return 'good'
  return Date.parse(key.expires_at) <= Date.now() ? 'expired' : `until ${timeText(key.expires_at)}`
}

async function createKey (session: Session, named: string | undefined, options: CreateOptions): Promise<void> {
  if ((named === undefined) !== (options.operator === true)) {
    throw new UsageError('Say whose key it is: kahub keys create RESELLER, or kahub keys create --operator.')
  }
  if (named === undefined && (options.revealsPerDay ?? options.revealsAlert) !== undefined) {
    throw new UsageError('A key of the operator reveals no codes: leave --reveals-per-day and --reveals-alert out.')
  }
  const { publicKey, pair } = await chooseKeyPair(options)
  const common = {
    name: options.name ?? (named === undefined ? 'operator' : named.slice(0, 200)),
    algorithm: options.algorithm,
    public_key: publicKey,
    ip_allow: options.ip,
    expires_at: options.expires,
    requests_per_minute: options.requestsPerMinute,
    reference: options.reference
  }
  if (named === undefined) {
    const scopes = (options.scopes ?? ['admin:read']) as OperatorScope[]
    return await handOver(session, options.out, pair, async () => await session.admin.keys.create({ ...common, scopes }))
  }
  const { id } = await findReseller(session.admin, named)
  const scopes = (options.scopes ?? resellerScopesDefault) as ResellerScope[]
  const limits = { reveals_per_day: options.revealsPerDay, reveals_alert_at: options.revealsAlert }
  await handOver(session, options.out, pair, async () => await session.admin.resellerKeys.create(id, { ...common, ...limits, scopes }))
}

async function chooseKeyPair ({ algorithm, publicKey, out }: CreateOptions): Promise<{ publicKey?: PublicJwk, pair?: PrivateJwk }> {
  if (algorithm !== 'ed25519') return {}
  if (publicKey !== undefined) return { publicKey: await readPublicKey(publicKey) }
  if (out === undefined) throw new UsageError('An ed25519 key needs --public-key FILE, or --out FILE for a pair made here.')
  const pair = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as PrivateJwk & PublicJwk
  return { publicKey: { kty: pair.kty, crv: pair.crv, x: pair.x }, pair }
}

async function readPublicKey (file: string): Promise<PublicJwk> {
  const text = await readFile(file, 'utf8')
  let jwk: Partial<PublicJwk> & { d?: unknown }
  try {
    jwk = JSON.parse(text) ?? {}
  } catch {
    throw new UsageError(`${file} is not JSON; a public key is a JWK like {"kty": "OKP", "crv": "Ed25519", "x": "…"}.`)
  }
  // Sent, a private key would be lost even if it is refused.
  if (jwk.d !== undefined) throw new UsageError(`${file} holds the private key. Keep it; give the file of the public key.`)
  return { kty: String(jwk.kty), crv: String(jwk.crv), x: String(jwk.x) }
}

/** Makes the key and hands its secret over: into the file, which is opened before, or onto the screen. */
async function handOver (
  session: Session,
  out: string | undefined,
  pair: PrivateJwk | undefined,
  make: () => Promise<CreatedApiKey>
): Promise<void> {
  const file = out === undefined ? undefined : await openNew(out)
  try {
    const key = await make()
    if (file && key.secret === null && key.algorithm === 'hmac-sha256') {
      throw new RefusedError('secret_shown_before', `The key ${key.id} was made before under this reference; ${lostSecret}`)
    }
    const credentials = {
      url: session.url,
      keyId: key.id,
      algorithm: key.algorithm,
      ...(key.secret !== null && { secret: key.secret }),
      ...(pair && { privateKey: pair })
    }
    await file?.writeFile(JSON.stringify(credentials, null, 2) + '\n')
    printKey(session, key, out)
  } catch (error) {
    if (out !== undefined) await rm(out, { force: true })
    throw error
  } finally {
    await file?.close()
  }
}

const lostSecret = 'its secret was shown then. If it is lost: kahub keys revoke, then create another.'

async function openNew (out: string) {
  try {
    return await open(out, 'wx', 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new UsageError(`${out} exists already; name a new file with --out.`)
    throw error
  }
}

function printKey (session: Session, key: CreatedApiKey, out: string | undefined): void {
  const { secret, ...rest } = key
  // What stands in the file does not also stand on the screen.
  if (session.form === 'json') return printJson(out === undefined ? key : { ...rest, credentials: out })
  printRecord('text', key, `Key ${key.id}`, [
    ['name', key.name],
    ['algorithm', key.algorithm],
    ['scopes', key.scopes.join(' ')],
    ['from', key.ip_allow.join(' ') || 'anywhere'],
    ['expires', timeText(key.expires_at)],
    ['secret', out === undefined && secret !== null ? pc.bold(secret) : undefined]
  ])
  if (out !== undefined) say(`Its credentials are in ${out}, which only you can read.`)
  else if (secret !== null) say('The secret is shown this once: keep it now.')
  else if (key.algorithm === 'hmac-sha256') say(`This key was made before; ${lostSecret}`)
}
