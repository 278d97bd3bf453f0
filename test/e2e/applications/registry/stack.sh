# On top of login's: the same images from a registry with a password, one by its digest and one by its tag.
pulumi config set --path todo:registry.server localhost:30303
pulumi config set --path todo:registry.user team
pulumi config set --path todo:backend.image.repository localhost:30303/notes/api
pulumi config set --path todo:backend.image.digest "$API_DIGEST"
pulumi config rm --path todo:backend.image.tag
pulumi config set --path todo:frontend.image.repository localhost:30303/notes/pages
pulumi config set --path --type string todo:frontend.image.tag 1.0.0
