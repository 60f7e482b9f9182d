variable "name" {
  description = "Name of the deployment."
  type        = string
}

variable "region" {
  description = "AWS region, part of the bucket's default name."
  type        = string
}

variable "bucket_name" {
  description = "The bucket's name; null for one made of deployment, account and region."
  type        = string
}

variable "destroy_with_content" {
  description = "Whether terraform destroy deletes the bucket's objects; otherwise it stops at a bucket that has some."
  type        = bool
}

variable "cors_origins" {
  description = "Origins whose pages may send files to signed addresses; none for an empty list."
  type        = list(string)
}

variable "originals_expire_after_days" {
  description = "Days after which originals are deleted; 0 keeps them. Links to them answer 410 then."
  type        = number
}

variable "cdn_public_keys" {
  description = "Public keys, in PEM format, of the links to segments that a CloudFront distribution answers. Web signs by the first one. Without a key, there is no distribution."
  type        = list(string)
}

variable "cdn_price_class" {
  description = "Where the distribution answers: PriceClass_100, PriceClass_200 or PriceClass_All."
  type        = string
}
