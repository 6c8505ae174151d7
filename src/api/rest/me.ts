import { Me } from '../../../schema/rest/me.ts'
import { currencyCodes } from '../../../schema/vocabulary.ts'
import { showId } from '../../base/ids.ts'
import { assert } from '../../base/problem.ts'
import { holdsScope, type ApiKey } from '../../domain/resellers/keyring.ts'
import { readLevel } from '../../domain/resellers/list-levels.ts'
import { listWallets } from '../../domain/wallet/list-wallets.ts'
import type { App } from '../app-types.ts'
import { resellerOf } from '../change.ts'
import { walletView } from './wallets.ts'

/** Who the caller is, to kahub. */
export function meRoutes (app: App): void {
  app.get('/v1/me', {
    config: { scope: null, bearer: true },
    schema: {
      operationId: 'getMe',
      'x-sdk': { resource: 'me', method: 'get' },
      summary: 'Who you are',
      description: 'You, your level, the key you sign with and, with scope wallet:read, your wallets. A good first call.',
      tags: ['Account'],
      response: { 200: Me }
    }
  }, async (request, reply) => {
    const { key, world } = request.caller
    const reseller = resellerOf(request)
    const level = await readLevel(world.db, reseller.levelId)
    assert(level, 'the level of the reseller')
    const wallets = holdsScope(key, 'wallet:read') ? await listWallets(world.db, reseller.id, undefined, currencyCodes.length) : undefined
    reply.header('cache-control', 'no-store')
    return {
      world: world.name,
      reseller: {
        id: showId('reseller', reseller.id),
        name: reseller.name,
        status: reseller.status,
        level: { id: level.id, name: level.name },
        currency: reseller.currency,
        created_at: reseller.createdAt.toISOString()
      },
      key: callingKeyView(key),
      ...(wallets && { wallets: wallets.map(walletView) })
    }
  })
}

function callingKeyView (key: ApiKey): Me['key'] {
  return {
    id: key.id,
    name: key.name,
    algorithm: key.algorithm,
    scopes: [...key.scopes],
    requests_per_minute: key.requestsPerMinute,
    api_version: key.apiVersion,
    expires_at: key.expiresAt?.toISOString() ?? null
  }
}
