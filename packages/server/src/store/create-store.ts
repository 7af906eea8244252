import { sql } from 'kysely';
import * as aliases from './aliases.ts';
import { bindVerbs } from './bind-verbs.ts';
import type { StoreContext } from './context.ts';
import type { NewEvent } from './events/event.ts';
import { listenForEvents } from './events/listen.ts';
import * as events from './events/read-events.ts';
import { recordEvent } from './events/record-event.ts';
import * as idempotency from './idempotency.ts';
import { insertFork, listFork } from './insert-fork.ts';
import { insertSandbox } from './insert-sandbox.ts';
import * as keys from './keys.ts';
import { listSandboxes } from './list-sandboxes.ts';
import * as pools from './pools/manage-warm-pools.ts';
import * as addresses from './previews/addresses.ts';
import * as grants from './previews/grants.ts';
import { secret } from './previews/secrets.ts';
import { purgeExpired } from './purge-expired.ts';
import * as reads from './read-sandboxes.ts';
import * as resume from './resume.ts';
import * as changeSnapshot from './snapshots/change-snapshot.ts';
import { countSnapshots, insertSnapshot } from './snapshots/insert-snapshot.ts';
import * as snapshots from './snapshots/read-snapshots.ts';
import * as sshAccesses from './ssh/ssh-accesses.ts';
import type { Store } from './store.ts';
import * as changeBuild from './templates/change-build.ts';
import * as changeTemplate from './templates/change-template.ts';
import * as nameClaims from './templates/claims.ts';
import { deleteTemplate } from './templates/delete-template.ts';
import * as expiry from './templates/expire-builds.ts';
import { insertBuild } from './templates/insert-build.ts';
import * as layers from './templates/layers.ts';
import * as namespaces from './templates/namespaces.ts';
import * as builds from './templates/read-builds.ts';
import * as templates from './templates/read-templates.ts';
import * as tenants from './tenants.ts';
import { updateSandbox } from './update-sandbox.ts';
import * as uploads from './uploads/uploads.ts';
import * as claims from './webhooks/claim-deliveries.ts';
import { finishAttempt } from './webhooks/finish-attempt.ts';
import * as webhooks from './webhooks/manage-webhooks.ts';
import * as deliveries from './webhooks/read-deliveries.ts';
import { write } from './write.ts';

/** The store on a database whose schema is up to date. */
export function createStore(context: StoreContext): Store {
  const { onEvents, listen } = listenForEvents();
  const { verb, close } = bindVerbs({ ...context, onEvents });
  return {
    dialect: context.dialect,
    ping: verb(ping),
    createTenant: verb(tenants.createTenant),
    ensureTenant: verb(tenants.ensureTenant),
    getTenant: verb(tenants.getTenant),
    listTenants: verb(tenants.listTenants),
    createKey: verb(keys.createKey),
    findKeyByHash: verb(keys.findKeyByHash),
    listKeys: verb(keys.listKeys),
    revokeKey: verb(keys.revokeKey),
    markKeyUsed: verb(keys.markKeyUsed),
    insertSandbox: verb(insertSandbox),
    getSandbox: verb(reads.getSandbox),
    findSandbox: verb(reads.findSandbox),
    listSandboxes: verb(listSandboxes),
    countLive: verb(reads.countLive),
    updateSandbox: verb(updateSandbox),
    listUnfinished: verb(reads.listUnfinished),
    insertFork: verb(insertFork),
    listFork: verb(listFork),
    followAlias: verb(aliases.followAlias),
    findExecution: verb(aliases.findExecution),
    findResuming: verb(aliases.findResuming),
    beginResume: verb(resume.beginResume),
    abandonResume: verb(resume.abandonResume),
    completeResume: verb(resume.completeResume),
    insertSnapshot: verb(insertSnapshot),
    finishSnapshot: verb(changeSnapshot.finishSnapshot),
    dropSnapshot: verb(changeSnapshot.dropSnapshot),
    deleteSnapshot: verb(changeSnapshot.deleteSnapshot),
    markSnapshotCorrupt: verb(changeSnapshot.markSnapshotCorrupt),
    getSnapshot: verb(snapshots.getSnapshot),
    listSnapshots: verb(snapshots.listSnapshots),
    listStoredSnapshots: verb(snapshots.listStoredSnapshots),
    countSnapshots: verb(countSnapshots),
    recordEvent: verb(tellEvent),
    listEvents: verb(events.listEvents),
    readEvents: verb(events.readEvents),
    findEvent: verb(events.findEvent),
    eventRanges: verb(events.eventRanges),
    onEvents: listen,
    insertUpload: verb(uploads.insertUpload),
    getUpload: verb(uploads.getUpload),
    changeUpload: verb(uploads.changeUpload),
    listUnfinishedUploads: verb(uploads.listUnfinishedUploads),
    deleteEndedUploads: verb(uploads.deleteEndedUploads),
    insertWebhook: verb(webhooks.insertWebhook),
    getWebhook: verb(webhooks.getWebhook),
    listWebhooks: verb(webhooks.listWebhooks),
    updateWebhook: verb(webhooks.updateWebhook),
    deleteWebhook: verb(webhooks.deleteWebhook),
    listDueWebhooks: verb(claims.listDueWebhooks),
    claimDeliveries: verb(claims.claimDeliveries),
    endClaims: verb(claims.endClaims),
    finishAttempt: verb(finishAttempt),
    listDeliveries: verb(deliveries.listDeliveries),
    getDelivery: verb(deliveries.getDelivery),
    insertWarmPool: verb(pools.insertWarmPool),
    getWarmPool: verb(pools.getWarmPool),
    listWarmPools: verb(pools.listWarmPools),
    updateWarmPool: verb(pools.updateWarmPool),
    deleteWarmPool: verb(pools.deleteWarmPool),
    ensureNamespace: verb(namespaces.ensureNamespace),
    findNamespace: verb(namespaces.findNamespace),
    findTemplate: verb(templates.findTemplate),
    findTemplateByName: verb(templates.findTemplateByName),
    listTemplates: verb(templates.listTemplates),
    listTags: verb(templates.listTags),
    listTemplateAliases: verb(templates.listTemplateAliases),
    setTags: verb(changeTemplate.setTags),
    deleteTag: verb(changeTemplate.deleteTag),
    setVisibility: verb(changeTemplate.setVisibility),
    renameTemplate: verb(changeTemplate.renameTemplate),
    deleteTemplateAlias: verb(changeTemplate.deleteTemplateAlias),
    deleteTemplate: verb(deleteTemplate),
    insertBuild: verb(insertBuild),
    claimTemplateName: verb(nameClaims.claimTemplateName),
    releaseTemplateClaim: verb(nameClaims.releaseTemplateClaim),
    findBuild: verb(builds.findBuild),
    listBuilds: verb(builds.listBuilds),
    listUnfinishedBuilds: verb(builds.listUnfinishedBuilds),
    readDefinition: verb(builds.readDefinition),
    listOldBuilds: verb(expiry.listOldBuilds),
    expireBuild: verb(expiry.expireBuild),
    isImageNeeded: verb(builds.isImageNeeded),
    readBuildLog: verb(builds.readBuildLog),
    nextLogOffset: verb(builds.nextLogOffset),
    updateBuild: verb(changeBuild.updateBuild),
    finishBuild: verb(changeBuild.finishBuild),
    appendBuildLog: verb(changeBuild.appendBuildLog),
    useLayer: verb(layers.useLayer),
    beginLayer: verb(layers.beginLayer),
    finishLayer: verb(layers.finishLayer),
    deleteLayer: verb(layers.deleteLayer),
    listLayers: verb(layers.listLayers),
    measureLayers: verb(layers.measureLayers),
    listResultSnapshots: verb(layers.listResultSnapshots),
    listTemplateSnapshots: verb(layers.listTemplateSnapshots),
    insertSshAccess: verb(sshAccesses.insertSshAccess),
    findSshAccess: verb(sshAccesses.findSshAccess),
    findSshAccessesByHash: verb(sshAccesses.findSshAccessesByHash),
    listSshAccesses: verb(sshAccesses.listSshAccesses),
    revokeSshAccess: verb(sshAccesses.revokeSshAccess),
    markSshAccessUsed: verb(sshAccesses.markSshAccessUsed),
    secret: verb(secret),
    insertGrant: verb(grants.insertGrant),
    findGrant: verb(grants.findGrant),
    listGrants: verb(grants.listGrants),
    revokeGrant: verb(grants.revokeGrant),
    countGrantUse: verb(grants.countGrantUse),
    insertPreviewAddress: verb(addresses.insertPreviewAddress),
    findPreviewAddress: verb(addresses.findPreviewAddress),
    listPreviewAddresses: verb(addresses.listPreviewAddresses),
    movePreviewAddress: verb(addresses.movePreviewAddress),
    dropEndedAddresses: verb(addresses.dropEndedAddresses),
    claimIdempotencyKey: verb(idempotency.claimIdempotencyKey),
    finishIdempotencyKey: verb(idempotency.finishIdempotencyKey),
    releaseIdempotencyKey: verb(idempotency.releaseIdempotencyKey),
    listUnfinishedClaims: verb(idempotency.listUnfinishedClaims),
    purgeExpired: verb(purgeExpired),
    close,
  };
}

async function tellEvent(context: StoreContext, event: NewEvent): Promise<void> {
  await write(context, 'soon', (transaction) => recordEvent(transaction, event));
}

async function ping({ db }: StoreContext): Promise<void> {
  await sql`select 1`.execute(db);
}
