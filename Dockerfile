# One image with the KRM function, the command line and the sidecar. `npm run image` builds it, and so does any builder of Dockerfiles.
#   BASE   an image with Node (24 is tested), a shell and chmod; for DIST=compile also npm
#   DIST   `compile`: npm ci and bundle in here, which needs a network; `ready`: dist/ as it is in the checkout
ARG BASE=node:24-slim

FROM ${BASE} AS build
ARG DIST=compile
WORKDIR /ameide-process
COPY . .
# Last, what the engine compiles ahead is made by the very Node that will run it.
RUN if [ "$DIST" = compile ]; then npm ci --no-audit --no-fund && node tools/bundle.mjs; fi \
  && node tools/keep-code-cache.cjs < tools/usual-list.yaml > /dev/null \
  && chmod -R a+rX dist LICENSE

FROM ${BASE}
ARG BASE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="ameide-process" \
  org.opencontainers.image.description="Turns Process resources into pinned, reviewable Kubernetes manifests for Temporal workers, and tells how they are." \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.base.name="${BASE}"
COPY --from=build /ameide-process/LICENSE /opt/ameide-process/LICENSE
COPY --from=build /ameide-process/dist /opt/ameide-process
ENV NODE_ENV=production PATH=/opt/ameide-process:${PATH}
# A number, so that a kubelet can see that it is not root. Any other will do.
USER 65532:65532
ENTRYPOINT ["ameide-process"]
