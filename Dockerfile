# The Runsheet worker: reads runsheet.yaml from /project and runs the workflows and their activities.
# RUNSHEET_HEALTH=0.0.0.0:8086 serves /livez and /readyz, RUNSHEET_METRICS=0.0.0.0:9464 /metrics.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Without scripts: prepare would build, and the sources are not here yet.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npx tsc -p tsconfig.build.json && node dist/bundle.js && npm prune --omit=dev --ignore-scripts

FROM node:20-bookworm-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git openssh-client tini \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
COPY templates ./templates
COPY examples ./examples
# Checkouts, for whichever user the worker runs as.
RUN install -d -m 1777 /var/cache/runsheet
ENV NODE_ENV=production RUNSHEET_CHECKOUTS=/var/cache/runsheet
USER node
WORKDIR /project
# tini ends what a killed build had started, and passes SIGTERM on so that activities may finish.
ENTRYPOINT ["tini", "--"]
CMD ["node", "/app/dist/worker.js"]
