import { Command } from 'commander'
import { addBooks } from './commands/books.ts'
import { addCallbacks } from './commands/callbacks.ts'
import { addCatalog } from './commands/catalog.ts'
import { addCertify } from './commands/certify.ts'
import { addCodes } from './commands/codes.ts'
import { addDeposits } from './commands/deposits.ts'
import { addGateways } from './commands/gateways.ts'
import { addHosts } from './commands/hosts.ts'
import { addKeys } from './commands/keys.ts'
import { addLevels } from './commands/levels.ts'
import { addLinks } from './commands/links.ts'
import { addListen } from './commands/listen.ts'
import { addLots } from './commands/lots.ts'
import { addMoney } from './commands/money.ts'
import { addPayouts } from './commands/payouts.ts'
import { addPrices } from './commands/prices.ts'
import { addResellers } from './commands/resellers.ts'
import { addReveals } from './commands/reveals.ts'
import { addSessionReport } from './commands/session-report.ts'
import { addSessions } from './commands/sessions.ts'
import { addSettlements } from './commands/settlements.ts'
import { addSign } from './commands/sign.ts'
import { addToken } from './commands/token.ts'
import { keyRunner, resellerRunner, runner } from './session.ts'

/** What `kahub` alone says. */
export const orientation = `kahub, the operator's command: resellers, catalogue, prices, codes and money.

  kahub levels list                                           who is sold to: levels,
  kahub resellers create "Acme" --level gold --currency CNY   resellers,
  kahub keys create "Acme" --out acme.json                    and the keys they sign with
  kahub products list                                         what is sold: products and SKUs
  kahub prices set --sku 123 --list 98.50 --level gold=96.80  what they pay for it
  kahub codes import codes.csv --sku 123 --cost 93            codes into stock
  kahub lots list                                             what is in stock
  kahub reveals list                                          who looked at which codes
  kahub callbacks list --failing                              which endpoints fail
  kahub deposit "Acme" 1000 CNY --reason "wire 4711"          money into a wallet
  kahub gateways list                                         through whom buyers pay
  kahub books                                                 prove money and stock

Of a reseller, with a reseller's key (the demo's when left out):
  kahub links create "Wallet ¥100" --sku 123=109            a purchase link, sold while the stream runs
  kahub report "11.11 evening"                              what a stream came to
  kahub listen --forward http://127.0.0.1:3000/hook           its events, sent to a machine of yours
  kahub sign GET /v1/me                                       a signed curl command
  kahub token                                                 a bearer token that reads, for tools
  kahub deposits create 500 CNY --gateway sandbox             money into its own wallet
  kahub settlements list                                      what its purchase links sold, day by day
  kahub payouts list                                          what its hosts were paid
  kahub certify http://127.0.0.1:3000                         a shop of yours, put through all that can go wrong

kahub help shows every command, kahub help NOUN those of a noun, and kahub NOUN VERB --help its examples.`

/** The command line: nouns, then verbs. */
export function kahubProgram (environment: Readonly<Record<string, string | undefined>>, stop: AbortSignal): Command {
  const program = new Command('kahub')
  program.exitOverride()
    .description('The operator’s command: resellers, catalogue, prices, codes and money.')
    .option('--credentials <file>',
      'the key to sign with: {url, keyId, algorithm, secret} (when left out: $KAHUB_HOME/operator.json; for what resellers do, demo.json there)')
    .option('--url <url>', 'where the server is, instead of what the credentials say')
    .option('--json', 'print exactly one JSON value')
    .showHelpAfterError('(add --help for what there is, with examples)')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', `
Environment:
  KAHUB_HOME                                 folder of operator.json and demo.json (.kahub when left out)
  KAHUB_URL, KAHUB_KEY_ID, KAHUB_SECRET      a key without a file

Exit codes: 0 done, 1 refused, 2 called wrongly, 3 the server cannot be reached, 130 interrupted.`)

  const run = runner(environment, stop)
  addLevels(program, run)
  addResellers(program, run)
  addKeys(program, run)
  addMoney(program, run)
  addCatalog(program, run)
  addPrices(program, run)
  addCodes(program, run, stop)
  addLots(program, run)
  addReveals(program, run)
  addCallbacks(program, run)
  addGateways(program, run)
  addBooks(program, run)
  addHosts(program, resellerRunner(environment, stop, 'demo.json'))
  addSessions(program, resellerRunner(environment, stop, 'demo.json'))
  addSessionReport(program, resellerRunner(environment, stop, 'demo.json'))
  addLinks(program, resellerRunner(environment, stop, 'demo.json'))
  addListen(program, resellerRunner(environment, stop, 'demo.json'))
  addDeposits(program, resellerRunner(environment, stop, 'demo.json'))
  addSettlements(program, resellerRunner(environment, stop, 'demo.json'))
  addPayouts(program, resellerRunner(environment, stop, 'demo.json'))
  addCertify(program, resellerRunner(environment, stop, 'demo-test.json'))
  addSign(program, keyRunner(environment, stop, 'demo.json'))
  addToken(program, keyRunner(environment, stop, 'demo-tools.json'))
  return program
}
