// A crowd of buyers who order as fast as they are answered, each with a journal of its own.
import { showSkus } from '../../bench/shop.ts'
import { openJournal } from '../judge/journal.ts'
import { act, buysBasket, buysOne } from './actors.ts'
import { newTally, openClient, type Tally } from './client.ts'
import type { Rig } from './open-rig.ts'

export interface Crowd {
  readonly tally: Tally
  /** Lets them come to the end of what they ask. */
  stop (): Promise<void>
}

export interface CrowdWish {
  readonly buyers: number
  /** Codes of the SKU that sells out. */
  readonly scarceCodes: number
  /** The folder of their journals. */
  readonly journals: string
}

/** Sends a crowd to the rig's shop. */
export async function raiseCrowd (rig: Rig, { buyers, scarceCodes, journals }: CrowdWish): Promise<Crowd> {
  const tally = newTally()
  const ending = new AbortController()
  const plenty = showSkus(rig.shop.skus)
  const [scarce] = showSkus([await rig.shop.newSku(scarceCodes)])
  let names = 0
  const fresh = (what: string): string => `${what}-${++names}`
  const acting = Promise.all(Array.from({ length: buyers }, (_, i) => {
    const signer = rig.shop.buyers[i % rig.shop.buyers.length]!
    const journal = openJournal(journals, `buyer-${i}`)
    const client = openClient({ signer, doors: rig.doors, random: rig.random.branch(`client ${i}`), tally, journal, over: rig.over })
    const stage = { client, random: rig.random.branch(`actor ${i}`), tally, plenty, scarce: scarce!, ending: ending.signal, fresh }
    return act(stage, [buysOne, buysOne, buysOne, buysBasket])
  }))
  // Told by `stop`; a run that fails before has its own failure to tell.
  acting.catch(() => {})
  return {
    tally,
    async stop () {
      ending.abort()
      await acting
    }
  }
}
