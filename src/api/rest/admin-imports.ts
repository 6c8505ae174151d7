import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CreateImport, Import, ImportParams, ImportPart, ImportPartBody, ImportPartParams } from '../../../schema/rest/imports.ts'
import { readId, showId, type Uuid } from '../../base/ids.ts'
import { moneyView, parseAmount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import { spendNonce, type StoredNonce } from '../../domain/requests/spend-nonce.ts'
import { abortImport, clearAbortedLots } from '../../domain/stock/abort-import.ts'
import { addPart } from '../../domain/stock/add-part.ts'
import { commitImport } from '../../domain/stock/commit-import.ts'
import { createImport } from '../../domain/stock/create-import.ts'
import { partBytesMax, readImport, type Import as StoredImport } from '../../domain/stock/import.ts'
import type { App } from '../app-types.ts'
import { startStreamedBody, verifyStreamedBody } from '../authenticate.ts'
import { change, referenceOf, signedNonce } from '../change.ts'

/** Parts a process takes in at the same time: each holds its body in memory, and a connection while it is written. */
export const partsAtOnceMax = 4

/** Operator: bringing codes into stock. */
export function adminImportsRoutes (app: App): void {
  let partsInHand = 0

  app.post('/admin/v1/imports', {
    config: { scope: 'admin:stock' },
    schema: {
      operationId: 'createImport',
      'x-sdk': { resource: 'admin.imports', method: 'create' },
      summary: 'Open an import',
      description: 'Opens an import of codes for one SKU. Send its parts, then commit it. Left alone for 24 hours it is aborted. ' +
        'The same reference gives the import as it is now, so an interrupted one goes on after its last part.',
      tags: ['Admin: stock'],
      body: CreateImport,
      response: { 200: Import, 201: Import }
    }
  }, async (request, reply) => {
    const { sku, unit_cost: cost, supplier = '', expires_at: expiresAt } = request.body
    const unitCost = parseAmount(cost.amount)
    if (unitCost === undefined) {
      throw new Problem('invalid_request', 'unit_cost is too large.', { errors: [{ pointer: '/unit_cost/amount', detail: 'is too large' }] })
    }
    const wanted = {
      reference: referenceOf(request, request.body.reference),
      skuId: idOf('sku', sku),
      unitCost,
      currency: cost.currency,
      supplier,
      expiresAt,
      createdBy: request.caller.key.id
    }
    const { import: made, replayed } = await change(request, tx => createImport(tx, wanted))
    if (replayed) reply.header('idempotent-replayed', 'true')
    return reply.code(replayed ? 200 : 201).send(importView(made))
  })

  app.get('/admin/v1/imports/:id', {
    config: { scope: 'admin:read' },
    schema: {
      operationId: 'getImport',
      'x-sdk': { resource: 'admin.imports', method: 'get' },
      summary: 'Read an import',
      description: 'How far an import is.',
      tags: ['Admin: stock'],
      params: ImportParams,
      response: { 200: Import }
    }
  }, async request => importView(await readImport(request.caller.world.db, idOf('import', request.params.id))))

  app.put('/admin/v1/imports/:id/parts/:part', {
    config: { scope: 'admin:stock', body: 'stream' },
    bodyLimit: partBytesMax,
    schema: {
      operationId: 'putImportPart',
      'x-sdk': { resource: 'admin.imports', method: 'putPart' },
      summary: 'Send a part of an import',
      description: 'Takes the next part, up to 8 MiB, all of it or nothing. The same part again is answered from the record. ' +
        'Lines that cannot be stocked are named, up to 100 of them, by pointers like /lines/123.',
      tags: ['Admin: stock'],
      params: ImportPartParams,
      body: ImportPartBody,
      response: { 200: ImportPart }
    }
  }, async (request, reply) => {
    if (partsInHand >= partsAtOnceMax) {
      throw new Problem('overloaded', 'Other imports are being taken in; send this part again in a moment.')
    }
    partsInHand++
    try {
      return await takePart(request, reply, request.params)
    } finally {
      partsInHand--
    }
  })

  app.post('/admin/v1/imports/:id/commit', {
    config: { scope: 'admin:stock' },
    schema: {
      operationId: 'commitImport',
      'x-sdk': { resource: 'admin.imports', method: 'commit' },
      summary: 'Commit an import',
      description: 'Puts all its codes on the shelf at once. A committed import is answered as it is.',
      tags: ['Admin: stock'],
      params: ImportParams,
      response: { 200: Import }
    }
  }, async request => importView(await change(request, tx => commitImport(tx, idOf('import', request.params.id)))))

  app.post('/admin/v1/imports/:id/abort', {
    config: { scope: 'admin:stock' },
    schema: {
      operationId: 'abortImport',
      'x-sdk': { resource: 'admin.imports', method: 'abort' },
      summary: 'Abort an import',
      description: 'Gives an open import up and deletes its codes; they can be imported anew. An aborted import is answered as it is.',
      tags: ['Admin: stock'],
      params: ImportParams,
      response: { 200: Import }
    }
  }, async request => {
    const aborted = await change(request, tx => abortImport(tx, idOf('import', request.params.id)))
    // What is not cleared away here, a pass clears.
    await clearAbortedLots(request.caller.world.bulkDb, Number(aborted.codes))
    return importView(aborted)
  })
}

/** An import as the operator sees it. */
export function importView (stored: StoredImport): Import {
  return {
    id: showId('import', stored.id),
    sku: showId('sku', stored.skuId),
    supplier: stored.supplier,
    unit_cost: moneyView(stored.unitCost, stored.currency),
    expires_at: stored.expiresAt?.toISOString() ?? null,
    state: stored.state,
    parts: stored.parts,
    lines: Number(stored.lines),
    codes: Number(stored.codes),
    created_by: stored.createdBy,
    created_at: stored.createdAt.toISOString()
  }
}

async function takePart (request: FastifyRequest, reply: FastifyReply, { id, part }: ImportPartParams): Promise<ImportPart> {
  const { world } = request.caller
  const importId = idOf('import', id)
  const type = request.headers['content-type']
  // The app has let only the two types through; without a body there is none.
  if (type === undefined) throw new Problem('unsupported_media_type', 'Send application/x-ndjson or text/csv.')
  const format = type.startsWith('text/csv') ? 'csv' : 'ndjson'
  const body = await readBody(request)
  const tools = { masterKeys: world.masterKeys, fingerprintKey: world.fingerprintKey, alongside: spendNonceIn(signedNonce(request)) }
  const outcome = await addPart(world.bulkDb, tools, { importId, part, format, body })
  if (outcome.replayed) reply.header('idempotent-replayed', 'true')
  return { part: outcome.part, lines: outcome.lines, codes: outcome.codes, import: importView(outcome.import) }
}

function spendNonceIn (nonce: StoredNonce) {
  return (tx: Parameters<typeof spendNonce>[0]): Promise<void> => spendNonce(tx, nonce)
}

/**
 * Takes in the whole body, hashed as it flows, before anything is done with it: no transaction waits for a slow sender, and
 * nothing is written before the digest matched.
 */
async function readBody (request: FastifyRequest): Promise<Buffer> {
  const digest = startStreamedBody(request)
  if (Number(request.headers['content-length'] ?? 0) > partBytesMax) throw tooLarge()
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of (request.body ?? []) as Readable) {
    bytes += (chunk as Buffer).byteLength
    if (bytes > partBytesMax) throw tooLarge()
    digest.update(chunk)
    chunks.push(chunk)
  }
  verifyStreamedBody(digest)
  return Buffer.concat(chunks, bytes)
}

function tooLarge (): Problem {
  return new Problem('body_too_large', `A part is at most ${partBytesMax} bytes; send more parts.`)
}

function idOf (kind: 'import' | 'sku', text: string): Uuid {
  const id = readId(kind, text)
  if (id === undefined) throw new Problem('not_found', `There is no ${kind} with this id.`)
  return id
}
