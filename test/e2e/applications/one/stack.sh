# One image for pages and data.
pulumi config set --path todo:cluster.context todo-on-minikube
pulumi config set todo:origin http://localhost:30302
pulumi config set --path todo:database.mode inside
pulumi config set --path todo:database.driver postgresql
pulumi config set --path todo:database.migrations none
pulumi config set todo:frontend none

pulumi config set --path todo:backend.image.repository localhost/one-image
pulumi config set --path --type string todo:backend.image.tag "$IMAGE_TAG"
pulumi config set --path todo:backend.service.type NodePort
pulumi config set --path todo:backend.service.nodePort 30302
pulumi config set --path todo:backend.port 80
pulumi config set --path todo:backend.health /ping
pulumi config set --path todo:backend.ready false
pulumi config set --path todo:backend.secretKeys.POSTGRES_DSN DATABASE_URL --plaintext
pulumi config set --path 'todo:backend.writablePaths[0]' /tmp
pulumi config set --path 'todo:backend.writablePaths[1]' /var/cache/notes
