// A developer's own shop, put through everything that can go wrong in the sandbox, and told what it got wrong.
import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import pc from 'picocolors'
import { positiveInteger, words } from '../arguments.ts'
import { certifyShop, limitsDefault, type Certificate, type Result } from '../certify/certify-shop.ts'
import { scenarios } from '../certify/scenarios.ts'
import { examples } from '../examples.ts'
import { InterruptedError, RefusedError, UsageError } from '../failures.ts'
import { note, printJson, printTable, say, type Form } from '../output.ts'
import type { ResellerSession, RunWith } from '../session.ts'
import { exitCodes } from '../tell-failure.ts'

interface CertifyOptions {
  readonly only?: readonly string[]
  readonly callbacks: boolean
  readonly endpoint?: string
  readonly secret?: string
  readonly wait?: number
  readonly out?: string
  readonly list?: boolean
  readonly json?: boolean
}

/** kahub certify. */
export function addCertify (program: Command, run: RunWith<ResellerSession>): void {
  const certifying = run(certify)
  examples(
    program
      .command('certify')
      .description('put a shop of yours through everything that can go wrong, in the sandbox, and say what it got wrong')
      .argument('[shop-url]', 'where the shop takes POST /certify/purchases (docs/certify.md)')
      .option('--key <file>', 'a test key of the shop’s reseller, as --credentials ($KAHUB_HOME/demo-test.json when left out)')
      .option('--only <list>', 'only these scenarios, divided by commas', words)
      .option('--list', 'show the scenarios')
      .option('--endpoint <id>', 'the shop’s endpoint, when the reseller has several (ep_…)')
      .option('--secret <secret>', 'its secret (whsec_…), for what only its holder can sign')
      .option('--no-callbacks', 'leave callbacks out: the shop takes none')
      .option('--wait <seconds>', 'how long a purchase may take to its end', positiveInteger)
      .option('--out <file>', 'write the certificate, as JSON'),
    'kahub certify http://127.0.0.1:3000',
    'kahub certify http://127.0.0.1:3000 --only timeout_after_commit,callback_forged',
    'kahub certify https://shop.test --key shop-test.json --secret whsec_… --out certificate.json'
  ).action(async (...all: unknown[]) => {
    const command = all.at(-1) as Command
    const { list, json } = command.optsWithGlobals<CertifyOptions>()
    await (list ? showScenarios(json ? 'json' : 'text') : certifying(...all))
  })
}

function showScenarios (form: Form): void {
  const rows = scenarios.map(({ id, title, done, expected, needs }) => ({ id, title, done, expected, needs }))
  printTable(form, rows, [
    { title: 'SCENARIO', of: ({ id }) => id },
    { title: 'WHAT HAPPENS', of: ({ title }) => title },
    { title: 'NEEDS', of: ({ needs }) => needs === 'nothing' ? '' : needs }
  ], 'There are none.')
}

async function certify ({ kahub, form, stop }: ResellerSession, shopUrl: string | undefined, options: CertifyOptions): Promise<void> {
  if (shopUrl === undefined) throw new UsageError('Name the shop, as in: kahub certify http://127.0.0.1:3000.')
  const { only, callbacks, endpoint, secret, wait } = options
  const tell = form === 'text' ? say : note
  const width = Math.max(...scenarios.map(({ id }) => id.length))
  const underWay = new Set<string>()
  const progress = {
    begins ({ id }: { readonly id: string }) {
      underWay.add(id)
      showUnderWay(underWay)
    },
    ended (result: Result) {
      underWay.delete(result.id)
      hideUnderWay()
      tell(lineOf(result, width))
      showUnderWay(underWay)
    }
  }
  const limits = wait === undefined ? limitsDefault : { ...limitsDefault, toldMsMax: wait * 1_000 }
  const wish = { shopUrl, only, callbacks, endpoint, secret, limits, stop, progress }
  const certificate = await certifyShop(kahub, wish).catch((error: unknown) => {
    throw stop.aborted ? new InterruptedError('The shop was not certified to the end; what it bought by then was play money.') : error
  }).finally(hideUnderWay)
  if (options.out !== undefined) await write(options.out, certificate)
  if (form === 'json') printJson(certificate)
  else tellCertificate(certificate)
  if (certificate.failed > 0 || certificate.passed === 0) process.exitCode = exitCodes.refused
}

const marks = { passed: pc.green('✓'), failed: pc.red('✗'), not_tried: pc.yellow('–') }

function lineOf ({ id, title, result, seconds, reason }: Result, width: number): string {
  const told = result === 'not_tried' ? pc.yellow(`not tried: ${reason}`) : `${title} ${pc.dim(`${seconds} s`)}`
  return `${marks[result]} ${id.padEnd(width)}  ${told}`
}

/** What is under way stands on the last line of a terminal, and nowhere else. */
function showUnderWay (underWay: ReadonlySet<string>): void {
  if (!process.stderr.isTTY || underWay.size === 0) return
  const line = `… ${[...underWay].join(', ')}`
  process.stderr.write(`\r\u001b[2K${pc.dim(line.slice(0, (process.stderr.columns ?? 80) - 1))}`)
}

function hideUnderWay (): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K')
}

function tellCertificate ({ scenarios, passed, failed, not_tried: notTried, kahub, shop, reseller }: Certificate): void {
  for (const { id, title, done, expected, findings } of scenarios.filter(({ result }) => result === 'failed')) {
    say(`\n${marks.failed} ${pc.bold(id)}  ${title}`)
    say(`    ${pc.dim('done')}      ${done}`)
    say(`    ${pc.dim('expected')}  ${expected}`)
    for (const { says, seen, advice, guide } of findings) {
      say(`    ${pc.dim('seen')}      ${pc.red(says)}: ${printable(seen)}.`)
      say(`    ${pc.dim('do')}        ${advice} ${pc.dim(guide)}`)
    }
  }
  const colour = failed > 0 || passed === 0 ? pc.red : pc.green
  const left = notTried > 0 ? pc.yellow(` (${notTried} not tried)`) : ''
  say(`\n${pc.bold(colour(`kahub certificate: ${passed} of ${passed + failed} passed`))}${left}`)
  say(pc.dim(`${shop} of ${printable(reseller)}, at ${kahub.url}, version ${kahub.version}`))
}

/** What a shop says must not move the cursor of the terminal it is shown in. */
function printable (text: string): string {
  return text.replace(/\p{Cc}/gu, '�')
}

async function write (file: string, certificate: Certificate): Promise<void> {
  try {
    await writeFile(file, JSON.stringify(certificate, null, 2) + '\n')
  } catch (error) {
    throw new RefusedError('file_unwritable', `${file} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`)
  }
}
