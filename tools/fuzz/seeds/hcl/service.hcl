version = 3
name    = "a \"b\" \n"
list    = [1, 2.5, true, null, "x"]
map     = { a = 1, "b" : 2 }
# comment
endpoint "x" {
  endpoint = "/a" // more
  text = <<-EOT
    kept
  EOT
}
/* end */
