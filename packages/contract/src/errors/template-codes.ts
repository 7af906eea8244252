import type { ErrorCodeEntry } from './codes.ts';

/** Error codes of templates, builds and warm pools. */
export const templateCodes = {
  template_not_found: {
    status: 404,
    retryable: false,
    message: 'Template {template} was not found{why}',
    suggested_action: 'List the templates with GET /v1/templates.',
    description: 'No template of this name can be used by this tenant.',
  },
  template_build_not_found: {
    status: 404,
    retryable: false,
    message: 'Build {build_id} was not found',
    suggested_action: 'List the builds of the template with GET /v1/templates/refs/{template_ref}/builds.',
    description: 'No template build of this tenant has this id.',
  },
  template_tag_not_found: {
    status: 404,
    retryable: false,
    message: 'Template {template} has no tag {tag}',
    suggested_action: 'List the tags with GET /v1/templates/refs/{template_ref}/tags.',
    description: 'The template has no such tag.',
  },
  template_alias_not_found: {
    status: 404,
    retryable: false,
    message: 'Template {template} has no alias {alias}',
    suggested_action: 'List the aliases with GET /v1/templates/refs/{template_ref}/aliases.',
    description: 'The template has no such alias.',
  },
  template_namespace_not_found: {
    status: 404,
    retryable: false,
    message: 'Namespace {namespace} was not found',
    suggested_action: 'Use the namespace of one of your templates, or nullspace.',
    description: 'There is no namespace of this name that this tenant can see.',
  },
  build_error: {
    status: 400,
    retryable: false,
    message: '{problem}',
    suggested_action: 'Correct the definition of the template and build again.',
    description:
      'A template cannot be built. `error_detail` names the phase, and the step where there is one.',
  },
  warm_pool_not_found: {
    status: 404,
    retryable: false,
    message: 'Warm pool {warm_pool_id} was not found',
    suggested_action: 'List the warm pools with GET /v1/template-warm-pools.',
    description: 'No warm pool of this tenant has this id.',
  },
  warm_pool_unavailable: {
    status: 503,
    retryable: true,
    message: 'Warm pool {warm_pool_id} had no ready sandbox within {wait_ms} ms',
    suggested_action: 'Try again, wait longer (wait_ms), or use mode "prefer", which starts one.',
    description: 'A create with mode "require" found no ready sandbox in time.',
  },
  blob_mismatch: {
    code: 'invalid_request',
    status: 422,
    retryable: false,
    message: 'The content sent for blob {blob_id} is not the one that it names: {problem}',
    suggested_action: 'Ask the preflight again with the digest of the file as it is now, and send that file.',
    description: 'The bytes of an uploaded build-context file have another digest or size.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;
