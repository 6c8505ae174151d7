// The pages of buyers: the link, the start of a purchase, the way back from the gateway, the receipt.
import type { App, Worlds } from '../app-types.ts'
import type { World } from '../../domain/world.ts'
import { answerWithPage } from './answer-page.ts'
import { openBuyingAssets } from './assets.ts'
import { backRoutes } from './back-routes.ts'
import { openBuyerRates } from './buyer-rates.ts'
import { openChallenges, type Challenges } from './challenge.ts'
import { linkRoutes, openMemory, type Buying } from './link-routes.ts'
import { takeForms } from './read-form.ts'
import { receiptRoutes } from './receipt-routes.ts'
import { startRoute } from './start-route.ts'
import { watchAttacks } from './watch-attacks.ts'

/** Serves them, with what they remember in this process. */
export async function registerBuying (app: App, worlds: Worlds): Promise<void> {
  const assets = openBuyingAssets()
  const challenges = new Map<World, Challenges>()
  const buying: Buying = {
    worlds,
    assets,
    memory: openMemory(app, worlds, assets),
    rates: openBuyerRates(() => worlds.live.clock()),
    attacks: watchAttacks(),
    challengesOf (world) {
      const open = challenges.get(world) ?? openChallenges(world)
      challenges.set(world, open)
      return open
    }
  }
  await app.register(async scope => {
    takeForms(scope)
    scope.setErrorHandler(answerWithPage(assets))
    linkRoutes(scope, buying)
    startRoute(scope, buying)
    receiptRoutes(scope, buying)
    backRoutes(scope, buying)
  })
}
