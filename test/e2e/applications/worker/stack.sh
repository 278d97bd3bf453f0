# Pages that leave the work to others: a queue in a Redis of the environment's own, and workers from the pages' image.
pulumi config set --path todo:cluster.context todo-on-minikube
pulumi config set todo:origin http://localhost:30302
pulumi config set --path todo:database.mode inside
pulumi config set --path todo:database.driver postgresql
pulumi config set todo:frontend none

pulumi config set --path todo:backend.image.repository localhost/worker-queue
pulumi config set --path --type string todo:backend.image.tag "$QUEUE_TAG"
pulumi config set --path todo:backend.service.type NodePort
pulumi config set --path todo:backend.service.nodePort 30302
pulumi config set --path todo:backend.port 8888
pulumi config set --path todo:backend.health /up
pulumi config set --path todo:backend.ready false
pulumi config set --path todo:backend.env.CELERY_BROKER_URL redis://redis:6379/0
pulumi config set --path todo:backend.secretKeys.DATABASE_URL DATABASE_URL --plaintext
pulumi config set --path 'todo:backend.migration.command[0]' flask
pulumi config set --path 'todo:backend.migration.command[1]' migrate

pulumi config set --path todo:services.worker.image.repository localhost/worker-queue
pulumi config set --path --type string todo:services.worker.image.tag "$QUEUE_TAG"
pulumi config set --path 'todo:services.worker.command[0]' celery
pulumi config set --path 'todo:services.worker.args[0]' -- --app=tasks
pulumi config set --path 'todo:services.worker.args[1]' worker
pulumi config set --path 'todo:services.worker.args[2]' -- --concurrency=1
pulumi config set --path 'todo:services.worker.args[3]' -- --pidfile=/tmp/worker.pid
pulumi config set --path 'todo:services.worker.healthCommand[0]' test
pulumi config set --path 'todo:services.worker.healthCommand[1]' -- -s
pulumi config set --path 'todo:services.worker.healthCommand[2]' /tmp/worker.pid
pulumi config set --path todo:services.worker.env.CELERY_BROKER_URL redis://redis:6379/0
pulumi config set --path todo:services.worker.secretKeys.DATABASE_URL DATABASE_URL --plaintext

pulumi config set --path todo:services.redis.image.repository localhost/worker-redis
pulumi config set --path --type string todo:services.redis.image.tag "$REDIS_TAG"
pulumi config set --path todo:services.redis.port 6379
pulumi config set --path 'todo:services.redis.command[0]' redis-server
pulumi config set --path 'todo:services.redis.args[0]' -- --protected-mode
pulumi config set --path 'todo:services.redis.args[1]' no
