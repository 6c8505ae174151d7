import {
  ApiKey, ApiKeyPage, CreateOperatorKey, CreateResellerKey, CreatedApiKey, KeyParams, ListKeysQuery, RotateKey, UpdateKey
} from '../../../schema/rest/keys.ts'
import { ResellerParams } from '../../../schema/rest/resellers.ts'
import { createKey } from '../../domain/resellers/create-key.ts'
import { listKeys, type KeyPlace } from '../../domain/resellers/list-keys.ts'
import { revokeKey } from '../../domain/resellers/revoke-key.ts'
import { rotateKey } from '../../domain/resellers/rotate-key.ts'
import { updateKey } from '../../domain/resellers/update-key.ts'
import type { App } from '../app-types.ts'
import { changeKeys } from '../change-keys.ts'
import { referenceOf } from '../change.ts'
import { answerPage } from '../page.ts'
import { knownReseller, resellerIdOf } from './admin-resellers.ts'
import { answerMade, keyView, keyWish, rotationWish } from './keys.ts'

/** Operator: the keys of resellers, and the operator's own. */
export function adminKeysRoutes (app: App): void {
  app.post('/admin/v1/resellers/:id/keys', {
    config: { scope: 'admin:resellers' },
    schema: {
      operationId: 'createResellerKey',
      'x-sdk': { resource: 'admin.resellerKeys', method: 'create' },
      summary: 'Create a key for a reseller',
      description: 'Makes a key with any of the scopes of resellers. The secret is shown this once.',
      tags: ['Admin: resellers'],
      params: ResellerParams,
      body: CreateResellerKey,
      response: { 200: CreatedApiKey, 201: CreatedApiKey }
    }
  }, async (request, reply) => {
    const { body, caller, params } = request
    const wish = {
      ...keyWish(body),
      requestsPerMinute: body.requests_per_minute,
      revealsPerDay: body.reveals_per_day,
      revealsAlertAt: body.reveals_alert_at,
      reference: referenceOf(request, body.reference),
      grantedBy: caller.key.id,
      resellerId: resellerIdOf(params)
    }
    return answerMade(reply, await changeKeys(request, tx => createKey(tx, caller.world, wish)))
  })

  app.get('/admin/v1/resellers/:id/keys', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'listResellerKeys',
      'x-sdk': { resource: 'admin.resellerKeys', method: 'list' },
      summary: 'List the keys of a reseller',
      description: 'All keys of a reseller, oldest first, those that were revoked or have expired included.',
      tags: ['Admin: resellers'],
      params: ResellerParams,
      querystring: ListKeysQuery,
      response: { 200: ApiKeyPage }
    }
  }, async (request, reply) => {
    const { id: resellerId } = await knownReseller(request, request.params)
    return answerPage(request, reply, `admin keys ${resellerId}`, {
      load: (after, count) => listKeys(request.caller.world.db, resellerId, after as KeyPlace | undefined, count),
      placeOf: key => [key.createdAtText, key.id],
      view: keyView
    })
  })

  app.post('/admin/v1/keys', {
    config: { scope: 'admin:resellers' },
    schema: {
      operationId: 'createOperatorKey',
      'x-sdk': { resource: 'admin.keys', method: 'create' },
      summary: 'Create an operator key',
      description: 'Makes another operator key, with no scope and no address that the key that signs lacks. The secret is shown this once.',
      tags: ['Admin: resellers'],
      body: CreateOperatorKey,
      response: { 200: CreatedApiKey, 201: CreatedApiKey }
    }
  }, async (request, reply) => {
    const { body, caller } = request
    const wish = {
      ...keyWish(body),
      requestsPerMinute: body.requests_per_minute,
      reference: referenceOf(request, body.reference),
      grantedBy: caller.key.id,
      resellerId: null
    }
    return answerMade(reply, await changeKeys(request, tx => createKey(tx, caller.world, wish)))
  })

  app.get('/admin/v1/keys', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'listOperatorKeys',
      'x-sdk': { resource: 'admin.keys', method: 'list' },
      summary: 'List operator keys',
      description: 'All keys of the operator, oldest first, those that were revoked or have expired included.',
      tags: ['Admin: resellers'],
      querystring: ListKeysQuery,
      response: { 200: ApiKeyPage }
    }
  }, (request, reply) => answerPage(request, reply, 'operator keys', {
    load: (after, count) => listKeys(request.caller.world.db, null, after as KeyPlace | undefined, count),
    placeOf: key => [key.createdAtText, key.id],
    view: keyView
  }))

  app.patch('/admin/v1/keys/:id', {
    config: { scope: 'admin:resellers' },
    schema: {
      operationId: 'updateKey',
      'x-sdk': { resource: 'admin.keys', method: 'update' },
      summary: 'Change a key',
      description: 'Changes the fields that are given, of any key. What a key may reveal is for keys of resellers.',
      tags: ['Admin: resellers'],
      params: KeyParams,
      body: UpdateKey,
      response: { 200: ApiKey }
    }
  }, async request => {
    const { body, caller, params } = request
    const wish = { name: body.name, ipAllow: body.ip_allow, revealsPerDay: body.reveals_per_day, revealsAlertAt: body.reveals_alert_at }
    return keyView(await changeKeys(request, tx => updateKey(tx, caller.key.id, params.id, wish)))
  })

  app.post('/admin/v1/keys/:id/rotate', {
    config: { scope: 'admin:resellers' },
    schema: {
      operationId: 'rotateOperatorKey',
      'x-sdk': { resource: 'admin.keys', method: 'rotate' },
      summary: 'Rotate an operator key',
      description: 'Makes an operator key with the same scopes, limits and addresses, and lets the old one expire after overlap_seconds.',
      tags: ['Admin: resellers'],
      params: KeyParams,
      body: RotateKey,
      response: { 200: CreatedApiKey, 201: CreatedApiKey }
    }
  }, async (request, reply) => {
    const { body, caller, params } = request
    const rotation = {
      ...rotationWish(body),
      reference: referenceOf(request, body.reference),
      grantedBy: caller.key.id,
      resellerId: null,
      keyId: params.id
    }
    return answerMade(reply, await changeKeys(request, tx => rotateKey(tx, caller.world, rotation)))
  })

  app.post('/admin/v1/keys/:id/revoke', {
    config: { scope: 'admin:resellers' },
    schema: {
      operationId: 'revokeAnyKey',
      'x-sdk': { resource: 'admin.keys', method: 'revoke' },
      summary: 'Revoke a key',
      description: 'Ends any key, a reseller’s or the operator’s, at once and for good. The last operator key that can make keys is kept.',
      tags: ['Admin: resellers'],
      params: KeyParams,
      response: { 200: ApiKey }
    }
  }, async request => keyView(await changeKeys(request, tx => revokeKey(tx, request.params.id))))
}
