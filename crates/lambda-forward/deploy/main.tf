# Terraform: the function, its alias, the permissions of the platform and a queue for dead letters.
#   cargo lambda build --profile lambda --arm64 --package hydrant-lambda-forward --output-format zip
#   terraform -chdir=crates/lambda-forward/deploy init && terraform -chdir=crates/lambda-forward/deploy apply
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.0" }
  }
}

variable "delivery_stream" {
  type        = string
  description = "The delivery stream, whose source is Direct PUT"
}

variable "reserved_concurrency" {
  type        = number
  default     = 100
  description = "The greatest number of concurrent executions; hydrant plan computes it; the quota of the account must be 100 more"
}

data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  zip = "${path.module}/../../../target/lambda/hydrant-lambda-forward/bootstrap.zip"
  stream = join(":", [
    "arn", data.aws_partition.this.partition, "firehose", data.aws_region.this.id,
    data.aws_caller_identity.this.account_id, "deliverystream/${var.delivery_stream}",
  ])
}

resource "aws_sqs_queue" "dead_letters" {
  name                      = "hydrant-dead-letters"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

resource "aws_iam_role" "this" {
  name = "hydrant-lambda-forward"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.this.name
  policy_arn = "arn:${data.aws_partition.this.partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

# `hydrant aws-policy` prints it for a configuration.
resource "aws_iam_role_policy" "targets" {
  role = aws_iam_role.this.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["firehose:PutRecord", "firehose:DescribeDeliveryStream"]
        Resource = local.stream
      },
      {
        Effect   = "Allow"
        Action   = ["sqs:SendMessage", "sqs:GetQueueAttributes"]
        Resource = aws_sqs_queue.dead_letters.arn
      },
    ]
  })
}

resource "aws_lambda_function" "this" {
  function_name                  = "hydrant-lambda-forward"
  role                           = aws_iam_role.this.arn
  filename                       = local.zip
  source_code_hash               = filebase64sha256(local.zip)
  handler                        = "bootstrap"
  runtime                        = "provided.al2023"
  architectures                  = ["arm64"]
  memory_size                    = 1024
  timeout                        = 10
  reserved_concurrent_executions = var.reserved_concurrency
  publish                        = true

  environment {
    variables = {
      HYDRANT_CONNECTION            = "kinesis"
      HYDRANT_DELIVERY_STREAM_NAME  = var.delivery_stream
      HYDRANT_AWS_REGION_ENDPOINT   = data.aws_region.this.id
      HYDRANT_DEAD_LETTER_QUEUE_URL = aws_sqs_queue.dead_letters.url
      HYDRANT_REQUEST_TIMEOUT       = "3s"
    }
  }
}

resource "aws_lambda_alias" "production" {
  name             = "production"
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version
}

# The two accounts of the platform may invoke the alias (lambda-and-http.md, section 3).
resource "aws_lambda_permission" "platform" {
  for_each      = toset(["338661164609", "457804467337"])
  statement_id  = "mparticle-${each.key}"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this.function_name
  qualifier     = aws_lambda_alias.production.name
  principal     = each.key
}

output "alias" {
  value       = aws_lambda_alias.production.arn
  description = "What the platform calls"
}
