/** Header in which a customer's proxy sends its token. */
export const PROXY_TOKEN_HEADER = 'x-nullspace-preview-proxy-token';
/** Header with the `traffic_access_token` of a sandbox whose traffic is not public. */
export const TRAFFIC_TOKEN_HEADER = 'x-nullspace-traffic-access-token';
/** Parameter of an address with the token of a grant. */
export const TOKEN_PARAMETER = 'edge_token';
/** Parameter of an address with the traffic token, for browsers, which send no headers. */
export const TRAFFIC_TOKEN_PARAMETER = 'traffic_access_token';
/** What a customer's proxy must pass on. */
export const forwardedHeaders = ['x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-for'] as const;
