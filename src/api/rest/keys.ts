import type { FastifyReply } from 'fastify'
import {
  ApiKey, ApiKeyPage, CreateKey, CreatedApiKey, KeyParams, ListKeysQuery, RotateKey, overlapSecondsDefault
} from '../../../schema/rest/keys.ts'
import { createKey } from '../../domain/resellers/create-key.ts'
import type { MadeKey } from '../../domain/resellers/insert-key.ts'
import { listKeys, type KeyPlace, type KeyRecord } from '../../domain/resellers/list-keys.ts'
import { revokeKeyOf } from '../../domain/resellers/revoke-key.ts'
import { rotateKey } from '../../domain/resellers/rotate-key.ts'
import type { App } from '../app-types.ts'
import { changeKeys } from '../change-keys.ts'
import { referenceOf, resellerOf } from '../change.ts'
import { answerPage } from '../page.ts'

/** A reseller's own keys. */
export function keysRoutes (app: App): void {
  app.get('/v1/keys', {
    config: { scope: 'keys:write' },
    schema: {
      operationId: 'listKeys',
      'x-sdk': { resource: 'keys', method: 'list' },
      summary: 'List your keys',
      description: 'All your keys, oldest first, those that were revoked or have expired included. Secrets are never shown again.',
      tags: ['Account'],
      querystring: ListKeysQuery,
      response: { 200: ApiKeyPage }
    }
  }, (request, reply) => {
    const reseller = resellerOf(request)
    return answerPage(request, reply, `keys ${reseller.id}`, {
      load: (after, count) => listKeys(request.caller.world.db, reseller.id, after as KeyPlace | undefined, count),
      placeOf: key => [key.createdAtText, key.id],
      view: keyView
    })
  })

  app.post('/v1/keys', {
    config: { scope: 'keys:write' },
    schema: {
      operationId: 'createKey',
      'x-sdk': { resource: 'keys', method: 'create' },
      summary: 'Create a key',
      description: 'Makes another key, with no scope and no address that the key you sign with lacks. The secret is shown this once.',
      tags: ['Account'],
      body: CreateKey,
      response: { 200: CreatedApiKey, 201: CreatedApiKey }
    }
  }, async (request, reply) => {
    const reseller = resellerOf(request)
    const { key, world } = request.caller
    const wish = {
      ...keyWish(request.body),
      reference: referenceOf(request, request.body.reference),
      grantedBy: key.id,
      resellerId: reseller.id
    }
    return answerMade(reply, await changeKeys(request, tx => createKey(tx, world, wish)))
  })

  app.post('/v1/keys/:id/rotate', {
    config: { scope: 'keys:write' },
    schema: {
      operationId: 'rotateKey',
      'x-sdk': { resource: 'keys', method: 'rotate' },
      summary: 'Rotate a key',
      description: 'Makes a key with the same scopes, limits and addresses; the old one expires after overlap_seconds.',
      tags: ['Account'],
      params: KeyParams,
      body: RotateKey,
      response: { 200: CreatedApiKey, 201: CreatedApiKey }
    }
  }, async (request, reply) => {
    const reseller = resellerOf(request)
    const { key, world } = request.caller
    const rotation = {
      ...rotationWish(request.body),
      reference: referenceOf(request, request.body.reference),
      grantedBy: key.id,
      resellerId: reseller.id,
      keyId: request.params.id
    }
    return answerMade(reply, await changeKeys(request, tx => rotateKey(tx, world, rotation)))
  })

  app.delete('/v1/keys/:id', {
    config: { scope: 'keys:write' },
    schema: {
      operationId: 'revokeKey',
      'x-sdk': { resource: 'keys', method: 'revoke' },
      summary: 'Revoke a key',
      description: 'Ends a key of yours at once and for good; the one you sign with too. Again, it changes nothing.',
      tags: ['Account'],
      params: KeyParams,
      response: { 200: ApiKey }
    }
  }, async request => {
    const reseller = resellerOf(request)
    return keyView(await changeKeys(request, tx => revokeKeyOf(tx, reseller.id, request.params.id)))
  })
}

/** What the owner of a key sees of it. */
export function keyView (key: KeyRecord): ApiKey {
  return {
    id: key.id,
    name: key.name,
    algorithm: key.algorithm,
    public_key: key.publicKey,
    scopes: [...key.scopes],
    ip_allow: [...key.ipAllow],
    requests_per_minute: key.requestsPerMinute,
    reveals_per_day: key.revealsPerDay,
    reveals_alert_at: key.revealsAlertAt,
    api_version: key.apiVersion,
    replaced_by: key.replacedBy,
    expires_at: key.expiresAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
    created_at: key.createdAt.toISOString()
  }
}

/** Answers a key that was made, with its secret if that is told for the first time. */
export function answerMade (reply: FastifyReply, { key, secret, replayed }: MadeKey): FastifyReply {
  if (replayed) reply.header('idempotent-replayed', 'true')
  const created: CreatedApiKey = { ...keyView(key), secret: secret?.reveal() ?? null }
  return reply.code(replayed ? 200 : 201).header('cache-control', 'no-store').send(created)
}

/** The fields of a wish for a key that are the same for resellers and the operator. */
export function keyWish<Scopes> (body: Omit<CreateKey, 'scopes'> & { readonly scopes: Scopes }) {
  const { name, algorithm, public_key: publicKey, scopes, ip_allow: ipAllow } = body
  return { name, algorithm, publicKey, scopes, ipAllow, expiresAt: readExpiry(body.expires_at) }
}

/** The fields of a rotation that are the same for resellers and the operator. */
export function rotationWish ({
  overlap_seconds: overlapSeconds = overlapSecondsDefault,
  public_key: publicKey,
  expires_at: expiresAt
}: RotateKey) {
  return { overlapSeconds, publicKey, expiresAt: readExpiry(expiresAt) }
}

function readExpiry (text: string | null | undefined): Date | null | undefined {
  return typeof text === 'string' ? new Date(text) : text
}
