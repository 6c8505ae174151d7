import { Type } from '@sinclair/typebox'
import { holdSecondsMax } from '../../../schema/rest/holds.ts'
import { heldCodesDefault, Level, LevelId, LevelPage, ListLevelsQuery, PutLevel } from '../../../schema/rest/levels.ts'
import { listLevels, type LevelPlace } from '../../domain/resellers/list-levels.ts'
import { putLevel, type Level as StoredLevel } from '../../domain/resellers/put-level.ts'
import type { App } from '../app-types.ts'
import { changeKeys } from '../change-keys.ts'
import { answerPage } from '../page.ts'

/** Operator: the levels that decide prices and rate limits. */
export function adminLevelsRoutes (app: App): void {
  app.put('/admin/v1/levels/:id', {
    config: { scope: 'admin:resellers' },
    schema: {
      operationId: 'putLevel',
      'x-sdk': { resource: 'admin.levels', method: 'put' },
      summary: 'Create or change a level',
      description: 'Creates the level with this id, or changes its name, rank and limits; a limit left out is the default.',
      tags: ['Admin: resellers'],
      params: Type.Object({ id: LevelId }),
      body: PutLevel,
      response: { 200: Level }
    }
  }, async request => {
    const { body } = request
    const level = {
      id: request.params.id,
      name: body.name,
      rank: body.rank,
      requestsPerMinute: body.requests_per_minute,
      holdSecondsMax: body.hold_seconds_max ?? holdSecondsMax,
      heldCodesMax: body.held_codes_max ?? heldCodesDefault
    }
    return levelView(await changeKeys(request, tx => putLevel(tx, level)))
  })

  app.get('/admin/v1/levels', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'listLevels',
      'x-sdk': { resource: 'admin.levels', method: 'list' },
      summary: 'List levels',
      description: 'All levels, lowest rank first.',
      tags: ['Admin: resellers'],
      querystring: ListLevelsQuery,
      response: { 200: LevelPage }
    }
  }, (request, reply) => answerPage(request, reply, 'levels', {
    load: (after, count) => listLevels(request.caller.world.db, after as LevelPlace | undefined, count),
    placeOf: level => [level.rank, level.id],
    view: levelView
  }))
}

function levelView (level: StoredLevel): Level {
  return {
    id: level.id,
    name: level.name,
    rank: level.rank,
    requests_per_minute: level.requestsPerMinute,
    hold_seconds_max: level.holdSecondsMax,
    held_codes_max: level.heldCodesMax,
    created_at: level.createdAt.toISOString()
  }
}
