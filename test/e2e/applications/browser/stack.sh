# Pages whose script calls the API at its own address, which is not the pages' origin.
pulumi config set --path todo:cluster.context todo-on-minikube
pulumi config set todo:origin http://localhost:30302
pulumi config set --path todo:database.mode inside
pulumi config set --path todo:database.driver postgresql
pulumi config set --path todo:database.migrations none

pulumi config set --path todo:backend.image.repository localhost/browser-api
pulumi config set --path --type string todo:backend.image.tag "$API_TAG"
pulumi config set --path todo:backend.origin http://localhost:30303
pulumi config set --path todo:backend.service.type NodePort
pulumi config set --path todo:backend.service.nodePort 30303
pulumi config set --path todo:backend.port 9999
pulumi config set --path todo:backend.health /v1/live
pulumi config set --path todo:backend.ready /v1/ready
pulumi config set --path todo:backend.variables.port PORT
pulumi config set --path todo:backend.variables.corsOrigins BACKEND_CORS_ORIGINS
pulumi config set --path todo:backend.corsFormat json

pulumi config set --path todo:frontend.image.repository localhost/browser-pages
pulumi config set --path --type string todo:frontend.image.tag "$PAGES_TAG"
pulumi config set --path todo:frontend.port 80
pulumi config set --path todo:frontend.service.type NodePort
pulumi config set --path todo:frontend.service.nodePort 30302
pulumi config set --path todo:frontend.variables.apiUrl false
pulumi config set --path 'todo:frontend.writablePaths[0]' /run
pulumi config set --path 'todo:frontend.writablePaths[1]' /var/lib/nginx
