// Where requests are let loose: a furnished house, and beside it the product itself as a process of its own on the same database.
import type { World } from '../../schema/vocabulary.ts'
import type { Ending } from '../../bench/ending.ts'
import { worlds } from '../../schema/vocabulary.ts'
import { createOperatorKey } from '../../src/operator-key.ts'
import { startApi, startProduct, type ApiProcess } from '../support/api-process.ts'
import { openHouse, type House } from '../support/house.ts'
import { openSamples, type Sample } from '../support/samples.ts'
import type { Furniture } from '../support/spares.ts'
import { openWire, type Signer, type Wire } from './wire.ts'

export interface Stage {
  readonly house: House
  /** API and workers, as `npm start` runs them. */
  readonly product: ApiProcess
  readonly wire: Wire
  readonly furniture: Readonly<Record<World, Furniture>>
  /** Ends the product and starts its API alone, which changes nothing but what it is asked to; gives the line to it. */
  withoutWorkers (): Promise<Wire>
  /** All that was logged so far. */
  written (): string
  /** A request that an operation fulfils, made anew. */
  sample (operationId: string, furniture: Furniture): Promise<Sample>
  /** Another reseller with all that samples are made of. */
  furnish (world: World): Promise<Furniture>
  /** A new operator key with every scope. */
  operator (world: World): Promise<Signer>
  /** A new reseller's key with every scope. */
  reseller (world: World): Promise<Signer & { readonly id: string }>
}

/** Builds the stage; it ends with the run. */
export async function openStage (ending: Ending): Promise<Stage> {
  const toEnd = { teardown: (end: () => unknown) => { ending.add(end) } }
  const house = await openHouse(toEnd as Parameters<typeof openHouse>[0], { sandboxGateway: 'both worlds' })
  const { samples, furnish } = openSamples(house)
  const furniture = { live: await furnish('live'), test: await furnish('test') }
  const settings = { METRICS_PORT: '0', LOG_LEVEL: 'error', CALLBACK_LOOPBACK: '1', TRUST_PROXY: '127.0.0.1', SANDBOX_GATEWAY: '1' }
  const started: ApiProcess[] = []
  const lineTo = async (start: typeof startProduct): Promise<Wire> => {
    const process = await start(toEnd as Parameters<typeof startProduct>[0], house.databaseUrl, house.masterKey, settings)
    started.push(process)
    const wire = openWire(process.url)
    ending.add(() => wire.close())
    return wire
  }
  const wire = await lineTo(startProduct)
  const [product] = started
  return {
    house,
    product: product!,
    wire,
    async withoutWorkers () {
      await product!.stop()
      return await lineTo(startApi)
    },
    written: () => started.map(process => process.written()).join('\n'),
    furniture,
    sample: async (operationId, furniture) => await samples[operationId]!(furniture),
    furnish,
    operator: world => createOperatorKey(house.worlds[world]),
    async reseller (world) {
      const { id, credentials } = await house.reseller({ world })
      return { id, ...credentials }
    }
  }
}

/** The keys the house is furnished with: nobody else may take hold of them, or nothing could be furnished any more. */
export function keysOfTheHouse ({ house, furniture }: Stage): ReadonlySet<string> {
  return new Set(worlds.flatMap(world => [
    house.operators[world].credentials.keyId, furniture[world].reseller.credentials.keyId, furniture[world].maker.credentials.keyId,
    furniture[world].reseller.id
  ]))
}
