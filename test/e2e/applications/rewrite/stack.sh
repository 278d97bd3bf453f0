# Next.js pages that lead /api to an address that was put into their image, and an API with two drivers.
pulumi config set --path todo:cluster.context todo-on-minikube
pulumi config set todo:origin http://localhost:30302
pulumi config set --path todo:database.mode inside
pulumi config set --path todo:database.urls.MIGRATION_DB_URL.driver postgresql+psycopg
pulumi config set --path todo:database.urls.MIGRATION_DB_URL.parameters 'application_name=notes-migration&connect_timeout=10'

pulumi config set --path todo:backend.image.repository localhost/rewrite-api
pulumi config set --path --type string todo:backend.image.tag "$API_TAG"
pulumi config set --path todo:backend.serviceName notes-api
pulumi config set --path todo:backend.health /healthz
pulumi config set --path todo:backend.ready /readyz
pulumi config set --path todo:backend.variables.port false
pulumi config set --path todo:backend.secretKeys.DB_URL DATABASE_URL --plaintext
pulumi config set --path todo:backend.secretKeys.MIGRATION_DB_URL MIGRATION_DB_URL --plaintext
pulumi config set --path todo:backend.secretKeys.PGHOST DATABASE_HOST --plaintext
pulumi config set --path todo:backend.secretKeys.PGPORT DATABASE_PORT --plaintext
pulumi config set --path todo:backend.secretKeys.PGDATABASE DATABASE_NAME --plaintext
pulumi config set --path todo:backend.secretKeys.PGUSER DATABASE_USER --plaintext
pulumi config set --path todo:backend.secretKeys.PGPASSWORD DATABASE_PASSWORD --plaintext
pulumi config set --path 'todo:backend.migration.command[0]' python3
pulumi config set --path 'todo:backend.migration.command[1]' migrate.py
pulumi config set --path todo:backend.migration.deadlineSeconds 600

pulumi config set --path todo:frontend.image.repository localhost/rewrite-pages
pulumi config set --path --type string todo:frontend.image.tag "$PAGES_TAG"
pulumi config set --path todo:frontend.service.type NodePort
pulumi config set --path todo:frontend.service.nodePort 30302
pulumi config set --path todo:frontend.variables.apiUrl false
pulumi config set --path 'todo:frontend.writablePaths[0]' /web/.next/cache
pulumi config set --path 'todo:frontend.connectsTo[0]' backend
