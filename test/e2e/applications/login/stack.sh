# Pages with a login of their own, and an API that believes their sessions: they share a database and a secret.
pulumi config set --path todo:cluster.context todo-on-minikube
pulumi config set todo:origin http://localhost:30302
pulumi config set --path todo:database.mode inside
pulumi config set --path todo:database.driver postgresql+psycopg
pulumi config set --path todo:database.urls.NODE_DATABASE_URL.driver postgresql

pulumi config set --path todo:backend.image.repository localhost/login-api
pulumi config set --path --type string todo:backend.image.tag "$API_TAG"
pulumi config set --path todo:backend.port 5000
pulumi config set --path todo:backend.health /livez
pulumi config set --path todo:backend.ready /readyz
pulumi config set --path todo:backend.secretKeys.SQLALCHEMY_DATABASE_URI DATABASE_URL --plaintext
pulumi config set --path todo:backend.secretKeys.BETTER_AUTH_SECRET AUTH_SECRET --plaintext
pulumi config set --path 'todo:backend.migration.command[0]' flask
pulumi config set --path 'todo:backend.migration.command[1]' migrate

pulumi config set --path todo:frontend.image.repository localhost/login-pages
pulumi config set --path --type string todo:frontend.image.tag "$PAGES_TAG"
pulumi config set --path todo:frontend.port 4000
pulumi config set --path todo:frontend.health /api/health
pulumi config set --path todo:frontend.service.type NodePort
pulumi config set --path todo:frontend.service.nodePort 30302
pulumi config set --path todo:frontend.variables.apiUrl BACKEND_URL
pulumi config set --path todo:frontend.variables.origin BETTER_AUTH_URL
pulumi config set --path todo:frontend.secretKeys.BETTER_AUTH_SECRET AUTH_SECRET --plaintext
pulumi config set --path todo:frontend.secretKeys.DATABASE_URL NODE_DATABASE_URL --plaintext
