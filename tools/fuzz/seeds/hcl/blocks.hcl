version = 3
endpoint "a" "b" { x = [1, { y : "z\u00e9" }, -1.5e3,], /* c */ }
endpoints {
  endpoint = "/a"
  backend { host = ["http://a"] }
  backend { text = <<-EOT
      indented $${x}
    EOT
  }
}
